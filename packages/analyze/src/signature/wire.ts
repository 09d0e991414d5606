import { UserError } from '../user-error.ts';

/** Fields of the SSH wire format (RFC 4251 §5), read in order. `what` names the file in the UserError of bytes that are not that. */
export class Wire {
  private readonly bytes: Buffer;
  private readonly what: string;
  private at = 0;

  constructor(bytes: Buffer, what: string) {
    this.bytes = bytes;
    this.what = what;
  }

  take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw new UserError(`${this.what} is damaged: it ends within a field`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  /** A length and as many bytes. */
  string(): Buffer {
    return this.take(this.uint32());
  }

  /** The same, one character a byte. */
  text(): string {
    return this.string().toString('latin1');
  }

  /** Nothing may follow. */
  end(): void {
    if (this.at !== this.bytes.length) throw new UserError(`${this.what} is damaged: bytes follow its last field`);
  }
}

/** A string of the wire format: its length and its bytes. */
export function wireString(value: string | Uint8Array): Buffer {
  const body = Buffer.from(value);
  return Buffer.concat([uint32(body.length), body]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
