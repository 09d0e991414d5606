import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** Tests by result; a file that could not be run and an error outside of any test count as one failed each. */
function count(modules: readonly TestModule[], unhandled: readonly SerializedError[]): { passed: number; failed: number; skipped: number } {
  const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'passed' || state === 'failed' ? state : 'skipped']++;
    }
  }
  return counts;
}

/** Ends the output with one plain line, `N passed, N failed`, which also goes to the file that COLDSTAT_CLOSING_LINE names. */
export const closingLine: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const { passed, failed, skipped } = count(modules, unhandled);
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
    process.stdout.write(`\n${line}`);
    const file = process.env['COLDSTAT_CLOSING_LINE'];
    if (file !== undefined) writeFileSync(file, line);
  },
};
