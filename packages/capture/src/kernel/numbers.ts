/** Numbers of system calls that the C library may have no name for; the first two are the same on every architecture. */
export const PIDFD_OPEN = 434;
export const PIDFD_GETFD = 438;

const GETDENTS64: Readonly<Record<string, number>> = {
  x64: 217,
  arm64: 61,
  arm: 217,
  ia32: 220,
  riscv64: 61,
  loong64: 61,
  ppc64: 202,
  s390x: 220,
};

/** `getdents64` of this architecture; -1, which the kernel refuses, where we do not know it. */
export const GETDENTS: number = GETDENTS64[process.arch] ?? -1;

const KCMP_NUMBERS: Readonly<Record<string, number>> = {
  x64: 312,
  arm64: 272,
  arm: 378,
  ia32: 349,
  riscv64: 272,
  loong64: 272,
  ppc64: 354,
  s390x: 343,
};

/** `kcmp` likewise. */
export const KCMP: number = KCMP_NUMBERS[process.arch] ?? -1;
export const KCMP_FILES = 2;

export const MSG_TRUNC = 0x20;
