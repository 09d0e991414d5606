const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the work; a signal meanwhile calls the first way to end it, the next signal the second, and when none is left a signal ends the program as it ends any. */
export async function heeding<T>(ways: readonly (() => void)[], work: () => Promise<T>): Promise<T> {
  const left = [...ways];
  const deaf = (): void => {
    for (const name of SIGNALS) process.removeListener(name, heed);
  };
  const heed = (): void => {
    left.shift()?.();
    if (left.length === 0) deaf();
  };
  for (const name of SIGNALS) process.on(name, heed);
  try {
    return await work();
  } finally {
    deaf();
  }
}
