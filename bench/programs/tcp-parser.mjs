// Parses a copy of /proc/net/tcp with our parser. Prints rows and seconds.
import { readFileSync } from 'node:fs';

const fromSource = process.execArgv.some((flag) => flag.includes('source'));
const { parseTcp } = await import(`../../packages/analyze/${fromSource ? 'src/procfs/net-inet.ts' : 'dist/procfs/net-inet.js'}`);

const start = performance.now();
const body = readFileSync(process.argv[2] ?? '');
let rows = 0;
let problems = 0;
parseTcp(body, { byteOrder: 'little' }, { record: () => rows++, problem: () => problems++ });
console.log(rows, (performance.now() - start) / 1000);
if (problems > 0) throw new Error(`${problems} problems in a sound table`);
