import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
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

test('who was not planned to be read is new', () => {
  const dir = mkdtempSync(join(tmpdir(), 'coldstat-intake-'));
  mkdirSync(join(dir, '7'));
  mkdirSync(join(dir, '8'));
  const intake = new Intake(new ArchiveWriter(openSync(join(dir, 'a.tar'), 'w'), 'none'), 0n);
  intake.plan('proc/7/stat');
  intake.unplan('proc/7/stat');
  expect(intake.newcomers(dir)).toEqual([8]);
  intake.plan('proc/8/stat');
  expect(intake.newcomers(dir)).toEqual([]);
  rmSync(dir, { recursive: true });
});
