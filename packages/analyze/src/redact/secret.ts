import { hash } from 'node:crypto';

/** Where every replacement comes from: nobody without the key can tell what it stands for, and with the same key it is always the same. */
export class Secret {
  readonly #key: string;

  constructor(key: Buffer) {
    this.#key = hash('sha256', key, 'latin1' as 'hex');
  }

  /** 32 bytes that follow from the key, what is replaced and its kind. `value` is latin1, one character a byte. */
  bytes(kind: string, value: string): Buffer {
    // The key is hashed first and last, as HMAC does for the same reason: what stands between cannot be extended.
    const inner = hash('sha256', Buffer.from(`${this.#key}${kind}\0${value}`, 'latin1'), 'buffer');
    return hash('sha256', Buffer.concat([Buffer.from(this.#key, 'latin1'), inner]), 'buffer');
  }
}
