import type { Parser, Placed } from './lines.ts';
import { bytesOf, decimalOf } from './number.ts';
import { byColumns } from './rows.ts';

/** One line of /proc/modules (kernel/module/procfs.c m_show). */
export interface Module extends Placed {
  readonly name: Buffer;
  /** Bytes. */
  readonly size: number | null;
  /** Null when printed as `-` (a kernel without unloading). */
  readonly refcount: number | null;
  /** Comma list as printed, `-` for none. */
  readonly usedBy: Buffer;
  readonly state: string;
  /** As printed. */
  readonly address: string;
  /** Letters without the parentheses; null when there are none. */
  readonly taints: Buffer | null;
}

/** `name size ref deps state address [(taints)]`. */
export const parseModules: Parser<Module> = byColumns<Module>({
  columns: [6, 7],
  row([name = '', size, refcount, usedBy = '', state = '', address = '', taints], line, doubts) {
    if (!/^(?:Live|Loading|Unloading)$/.test(state) || !/^(?:0x[0-9a-f]{1,16}|\([a-z]{1,8}\))$/.test(address)) return null;
    const letters = taints === undefined ? null : doubts.of('taints', /^\((.{1,40})\)$/.exec(taints)?.[1] ?? null);
    return {
      line,
      name: bytesOf(name),
      size: doubts.of('size', decimalOf(size)),
      refcount: refcount === '-' ? null : doubts.of('refcount', decimalOf(refcount)),
      usedBy: bytesOf(usedBy),
      state,
      address,
      taints: letters === null ? null : bytesOf(letters),
    };
  },
});
