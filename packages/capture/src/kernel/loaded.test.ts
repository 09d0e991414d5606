import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { moduleNames, protocolRows } from './loaded.ts';

const proc = mkdtempSync(join(tmpdir(), 'coldstat-loaded-'));
beforeAll(() => mkdirSync(join(proc, 'self/net'), { recursive: true }));
afterAll(() => rmSync(proc, { recursive: true }));

test('a kernel without modules, or without a list of protocols, says nothing', () => {
  expect(moduleNames(proc)).toBeNull();
  expect(protocolRows(proc)).toBeNull();
});

test('a module that answers dumps shows when it is loaded, others do not', () => {
  const modules = (names: readonly string[]): void =>
    writeFileSync(join(proc, 'modules'), names.map((name) => `${name} 16384 0 - Live 0x0000000000000000\n`).join(''));
  modules(['ext4', 'inet_diag']);
  const before = moduleNames(proc);
  modules(['nls_utf8', 'ext4', 'inet_diag']);
  expect(moduleNames(proc)).toBe(before);
  modules(['tcp_diag', 'ext4', 'inet_diag']);
  expect(moduleNames(proc)).not.toBe(before);
});

test('protocols by their first word, without the header', () => {
  writeFileSync(join(proc, 'self/net/protocols'), 'protocol  size sockets\nUNIX-STREAM 1024 3\nTCP 2048 1\n');
  expect(protocolRows(proc)).toEqual(new Set(['UNIX-STREAM', 'TCP']));
});
