import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/**
 * Byte for byte: `coldstat ss --strict` against the real ss reading the extracted capture. Two things are masked, by rule: the order of holders within
 * `users:(…)` (ss gives the order in which its directory lists names) and bytes ss writes raw to the terminal, which we never do.
 * Names are not compared where the two have different databases: ss reads /etc of the machine, coldstat that of the capture.
 */

let scene: Scene;
let archive: string;
let proc: string;

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'linger']);
  archive = scene.capture('ss-layout').archive;
  const ran = coldstat(['extract', archive, '-C', join(scene.directory, 'layout')]);
  expect(ran.code, ran.err).toBe(0);
  proc = join(scene.directory, 'layout/proc');
});
afterAll(async () => {
  await scene?.stop();
});

function masked(text: string): string[] {
  return text.split('\n').map((line) =>
    line.replace(/users:\((\(.*\))\)/, (_, list: string) => {
      const entries = list.slice(1, -1).split('),(');
      return `users:((${entries.sort().join('),(')}))`;
    }),
  );
}

const INVOCATIONS: readonly string[] = [
  '-tunap',
  '-tan',
  '-tanp',
  '-uanp',
  '-ltn',
  '-lun',
  '-tanoe',
  '-tanie',
  '-Htan',
  '-t',
  '-u',
  '-wan',
  '-4 -tan',
  '-6 -tan',
  '-s',
  '-0 -a -p',
  '-f link -an',
  '-f inet6 -an',
  '-A tcp,udp -an',
  '-tan state established',
  '-tan state listening',
  '-tan exclude listening',
  '-tan state big',
  '-tan state time-wait',
  '-tan sport gt :1024',
  '-tan dport = :22',
  '-tan ( sport lt :1024 or dport lt :1024 )',
  '-tan not src 127.0.0.1',
  '-tan src 127.0.0.0/8',
  '-tan dst [::1]',
  '-tan state foo',
  '-tan dst 127.0.0.0/33',
  '-tan sport = :no-such-service',
  // what is said last, and what is left of tables, states and words
  '-tunal',
  '-tunla',
  '-l -A tcp -n',
  '-t -A udp -an',
  '-A !tcp -an',
  '-A udp',
  '-A packet',
  '-0',
  '-4 -t -0 -an',
  '-taZ',
  '-Zh',
  '-tan state close',
  '-tan state listen',
  '-tan state bound-inactive',
  '-tan state closed exclude all',
  '-t state',
  '-tan src fe80::1%lo',
  '-tan src [fe80::1%lo]:22',
  '-tan dst 127.1',
  '-tan src 127/8',
  '-tan sport = :1 not state time-wait',
  '-tan not state time-wait',
];

test.each(INVOCATIONS)('ss %s', (words) => {
  const args = words.split(' ');
  const real = spawnSync('ss', args, { encoding: 'latin1', env: { PATH: process.env['PATH'], PROC_ROOT: proc } });
  const ours = coldstat(['ss', '--archive', archive, '--quiet-ledger', '--strict', ...args]);
  expect(masked(ours.out)).toEqual(masked(real.stdout));
  expect(ours.code).toBe(real.status);
  expect(ours.err).toBe(real.stderr);
});
