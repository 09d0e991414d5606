// Runs coldstat-capture from source: node --conditions=source test/support/coldstat-capture.mjs …
import { main } from '../../packages/capture/src/cli.ts';

await main();
