import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';
import { featureResults } from './test/support/feature-results.ts';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default', featureResults, closingLine],
  },
});
