/** Open flags whose bits differ between machines. */
export interface OpenBits {
  readonly direct: number;
  readonly directory: number;
  readonly nofollow: number;
  readonly largefile: number;
}

/** Bits that differ between machines (include/uapi/asm-generic/fcntl.h, arch/arm and arch/powerpc/include/uapi/asm/fcntl.h). */
const GENERIC: OpenBits = { direct: 0o40000, directory: 0o200000, nofollow: 0o400000, largefile: 0o100000 };
const ARM: OpenBits = { direct: 0o200000, directory: 0o40000, nofollow: 0o100000, largefile: 0o400000 };
const POWERPC: OpenBits = { direct: 0o400000, directory: 0o40000, nofollow: 0o100000, largefile: 0o200000 };

/** `machine` is uname -m of the host. */
export function openBits(machine: string | null): OpenBits {
  if (/^(arm|aarch64)/.test(machine ?? '')) return ARM;
  return /^(ppc|powerpc)/.test(machine ?? '') ? POWERPC : GENERIC;
}
