// Runs coldstat from source: node --conditions=source test/support/coldstat.mjs …
import { main } from '../../packages/analyze/src/cli.ts';

await main();
