import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { takeQuietly } from './host-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'coldstat-host-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('the time of last access stays', () => {
  const file = join(directory, 'passwd');
  writeFileSync(file, 'root:x:0:0::/:/bin/sh\n');
  utimesSync(file, 1000, 2000); // read before written: relatime would move it
  expect(takeQuietly(file, 100)).toEqual({ body: Buffer.from('root:x:0:0::/:/bin/sh\n') });
  expect(statSync(file).atimeMs).toBe(1_000_000);
});

test('a FIFO in the place of a file does not stop the capture', () => {
  const fifo = join(directory, 'hosts');
  execFileSync('mkfifo', [fifo]);
  expect(takeQuietly(fifo, 100)).toEqual({ body: Buffer.alloc(0) });
});
