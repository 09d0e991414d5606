import { addressText, type Context, type Rule } from './lines.ts';

/** Record mark and a reply whose verifier is empty (RFC 5531 §9, §11): xid, reply, accepted, verifier, success. */
const HEAD = 28;

/** An answer of the portmapper of version 3 or 4: addresses and owners are replaced, and the answer is one fragment again. Null for any other form. */
export const rpcbindStrings: Rule = (body, context) => {
  const fragment = body.length >= HEAD ? body.readUInt32BE(0) : 0;
  if (fragment !== (0x8000_0000 | (body.length - 4)) >>> 0 || !body.subarray(8, HEAD).equals(SUCCESS)) return null;
  const out: Buffer[] = [body.subarray(4, HEAD)];
  let at = HEAD;
  const u32 = (): number => {
    at += 4;
    return at <= body.length ? body.readUInt32BE(at - 4) : 0;
  };
  const text = (): string => {
    const length = u32();
    at += (length + 3) & ~3;
    return at <= body.length ? body.toString('latin1', at - ((length + 3) & ~3), at - ((length + 3) & ~3) + length) : '';
  };
  while (at + 4 <= body.length && u32() === 1) {
    out.push(words(1, u32(), u32()));
    const [netid, address, owner] = [text(), text(), text()];
    out.push(string(context.names.text(netid)), string(universal(address, context)), string(context.names.text(owner)));
  }
  out.push(words(0));
  const message = Buffer.concat(out);
  return Buffer.concat([words((0x8000_0000 | message.length) >>> 0), message]);
};

/** Of version 2: numbers only. */
export const rpcbindNumbers: Rule = (body) => (body.length % 4 === 0 ? body : null);

const SUCCESS = words(1, 0, 0, 0, 0);

/** Universal address (RFC 5665 §5.2.3): an address, then the two bytes of the port; or the path of a unix socket. */
function universal(address: string, context: Context): string {
  const m = /^(.*)(\.\d{1,3}\.\d{1,3})$/.exec(address);
  const made = m === null ? null : addressText(m[1] ?? '', context);
  return made === null ? context.names.path(address) : made + (m?.[2] ?? '');
}

function words(...numbers: readonly number[]): Buffer {
  const out = Buffer.alloc(numbers.length * 4);
  for (const [i, n] of numbers.entries()) out.writeUInt32BE(n, i * 4);
  return out;
}

function string(text: string): Buffer {
  return Buffer.concat([words(text.length), Buffer.from(text, 'latin1'), Buffer.alloc(-text.length & 3)]);
}
