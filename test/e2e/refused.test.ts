import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseFile } from '../support/case-file.ts';
import { coldstat } from '../support/run.ts';

/** What makes no sense on cold evidence: no listing, one line that says why, and the live tool's exit code for an error. */

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-refused-'));
  caseFile(join(dir, 'case.db'), { captures: [{ host: 'web1', own_net_ns: 1 }] });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each([
  ['netstat -M', 1, "netstat: no support for `ip_masquerade' on this system.\n"],
  ['netstat --ax25', 1, "netstat: no support for `AF AX25' in a capture\n"],
  ['lsof -Z', 1, 'lsof: -Z limited to SELinux\n'],
  ['ss -E', 255, 'ss: --events: '],
  ['ss -K', 255, 'ss: --kill: '],
  ['ss -D x', 255, 'ss: --diag: '],
])('%s', (line, exit, message) => {
  const { code, out, err } = coldstat(line.split(' '), { cwd: dir });
  expect([code, out]).toEqual([exit, '']);
  expect(err.startsWith(message), err).toBe(true);
  expect(err.length).toBeGreaterThan(message.length - 1);
});
