import { Reader } from './reader.ts';
import type { Draft, Taker } from './record.ts';

/** Takers for the shapes that most attributes have: one number, or a few in a row. */

export function u8(name: string, column: string): Taker {
  return { name, bytes: 1, take: (a, draft) => set(draft, column, a.bytes[0] ?? null) };
}

export function u32(name: string, column: string): Taker {
  return { name, bytes: 4, take: (a, draft) => set(draft, column, new Reader(a.bytes, draft.order).u32(0)) };
}

export function u64(name: string, column: string): Taker {
  return { name, bytes: 8, take: (a, draft) => set(draft, column, new Reader(a.bytes, draft.order).u64(0)) };
}

/** Text up to its NUL. */
export function text(name: string, column: string): Taker {
  return {
    name,
    bytes: 1,
    take: (a, draft) => {
      const nul = a.bytes.indexOf(0);
      set(draft, column, nul < 0 ? a.bytes : a.bytes.subarray(0, nul));
    },
  };
}

/** Numbers of 32 bits, of which older kernels may give fewer than all; at least `least`. What comes after them is kept too. */
export function words(name: string, columns: readonly string[], least: number = columns.length): Taker {
  return {
    name,
    bytes: 4 * least,
    take: (a, draft) => {
      const reader = new Reader(a.bytes, draft.order);
      columns.forEach((column, i) => {
        set(draft, column, reader.u32(4 * i));
      });
      if (a.bytes.length > 4 * columns.length) draft.keep(a, name);
    },
  };
}

/** A structure of which each member is kept under its own name. */
export function members(name: string, sizes: readonly (readonly [member: string, bytes: number, at: number])[]): Taker {
  return {
    name,
    bytes: 1,
    take: ({ number, bytes }, draft) => {
      for (const [member, size, at] of sizes) {
        if (at + size <= bytes.length) draft.keep({ number, bytes: bytes.subarray(at, at + size) }, `${name}.${member}`);
      }
    },
  };
}

/** As the kernel gave it, for what only people with other tools will read. */
export function raw(name: string): Taker {
  return { name, bytes: 0, take: (a, draft) => draft.keep(a, name) };
}

export function set(draft: Draft, column: string, value: number | bigint | string | Buffer | null): void {
  draft.cells[column] = value;
}

/** SK_MEMINFO_* of include/uapi/linux/sock_diag.h; backlog since 3.4, drops since 4.10. */
export function memory(name: string): Taker {
  return words(name, ['rmem_alloc', 'rcvbuf', 'wmem_alloc', 'sndbuf', 'fwd_alloc', 'wmem_queued', 'optmem', 'backlog', 'drops'], 7);
}
