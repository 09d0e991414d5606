// Parses a copy of /proc/net/tcp with our parser: tcp-parser.mjs DIST TABLE. Prints rows and seconds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , analyzer = '', table = ''] = process.argv;
const { parseTcp } = await import(join(analyzer, 'procfs/net-inet.js'));

const start = performance.now();
const body = readFileSync(table);
let rows = 0;
let problems = 0;
parseTcp(body, { byteOrder: 'little' }, { record: () => rows++, problem: () => problems++ });
console.log(rows, (performance.now() - start) / 1000);
if (problems > 0) throw new Error(`${problems} problems in a sound table`);
