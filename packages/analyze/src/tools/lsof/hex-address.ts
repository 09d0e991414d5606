import { isIPv6 } from 'node:net';

export type ByteOrder = 'little' | 'big' | null;

/** An address in text as /proc/net prints it: 32-bit words in the order of the host. Unknown order is taken for little, as on nearly every host. */
export function hexAddress(address: string, order: ByteOrder): string {
  const bytes = isIPv6(address) ? bytes6(address) : address.split('.').map(Number);
  let out = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    if (order !== 'big') word.reverse();
    out += word.map((b) => b.toString(16).toUpperCase().padStart(2, '0')).join('');
  }
  return out;
}

function bytes6(address: string): number[] {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail4 = dotted?.[2]?.split('.').map(Number) ?? [];
  const text = dotted === null ? address : (dotted[1] ?? '').replace(/([^:]):$/, '$1');
  const [head = '', rest] = text.split('::');
  const words = (part: string): number[] =>
    part
      .split(':')
      .filter((w) => w !== '')
      .flatMap((w) => [Number.parseInt(w, 16) >> 8, Number.parseInt(w, 16) & 255]);
  const left = words(head);
  const right = [...(rest === undefined ? [] : words(rest)), ...tail4];
  return [...left, ...Array<number>(16 - left.length - right.length).fill(0), ...right];
}
