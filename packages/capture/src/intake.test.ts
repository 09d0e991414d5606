import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ArchiveWriter } from './archive/write.ts';
import { Intake } from './intake.ts';

test('a listing of processes that fails is recorded as refused, and no process is made up', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'coldstat-intake-'));
  const file = join(dir, 'a.tar');
  const writer = new ArchiveWriter(openSync(file, 'w'), 'none');
  const intake = new Intake(writer, 0n);
  expect(intake.processes('/dev/null')).toEqual([]);
  expect(intake.processes('/proc')).toContain(process.pid);
  writer.cut();
  await writer.ready();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(readFileSync(file, 'latin1')).toContain('"path":"proc"');
  expect(readFileSync(file, 'latin1')).toContain('"errno":"ENOTDIR"');
  rmSync(dir, { recursive: true });
});
