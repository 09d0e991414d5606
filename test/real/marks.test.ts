import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadIntoMemory } from '../../packages/analyze/src/commands/memory-case.ts';
import { rawPlace } from '../../packages/analyze/src/commands/raw-place.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { capture, coldstat, nodeArguments } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/** Things that are not what they say are marked with the reason, and honest ones that look a little like them are not, or weakly. */

interface Mark {
  readonly kind: string;
  readonly weight: string;
  readonly pid: number | null;
  readonly fd: number | null;
  readonly claim: string;
  readonly finding: string | null;
}

let scene: Scene;
let archive: string;
let db: CaseDb;
let all: Mark[];

beforeAll(async () => {
  scene = await startScene(['masks']);
  archive = scene.capture('masks').archive;
  db = caseDb(await loadIntoMemory([archive], { err: () => {}, cwd: '/' }));
  all = db.all<Mark>('SELECT kind, weight, pid, fd, claim, finding FROM marks');
}, 60_000);
afterAll(async () => {
  db?.close();
  await scene?.stop();
});

/** `strong KIND` and `weak KIND` of a process itself. */
function ofProcess(what: string): string[] {
  const { pid } = scene.one(what);
  return all.filter((m) => m.pid === pid && m.fd === null).map((m) => `${m.weight} ${m.kind}`);
}

describe('processes', () => {
  test.for([
    ['exe-spoofed', ['strong exe-not-mapped']],
    ['exe-covered', ['strong exe-covered']],
    ['exe-so-named', ['weak deleted-or-so-named', 'weak deleted-or-so-named']],
    ['args-moved', ['weak command-line-moved', 'strong daemon-elsewhere']],
    ['args-none', ['strong fake-kernel-thread', 'weak command-line-moved']],
    ['args-none-plain', ['weak no-arguments', 'weak command-line-moved']],
    ['comm-daemon', ['strong daemon-elsewhere']],
    ['comm-cyrillic', ['strong name-look-alike']],
    ['comm-digits', ['strong name-look-alike']],
    ['comm-blank', ['weak name-hidden-characters']],
    // honest: a title of its own as of sshd and postgres, a running program that was deleted, a script, a name with letters beyond ASCII
    ['title-set', ['weak command-line-rewritten']],
    ['exe-deleted', []],
    ['script', []],
    ['comm-german', []],
  ] as [string, string[]][])('%s: %j', ([what, expected], { skip }) => {
    const { missing } = scene.one(what);
    skip(missing !== undefined, missing);
    expect(ofProcess(what)).toEqual(expected);
  });

  test('what is claimed and what speaks against it', () => {
    const of = (what: string, kind: string): unknown => all.find((m) => m.pid === scene.one(what).pid && m.kind === kind);
    expect(of('exe-spoofed', 'exe-not-mapped')).toMatchObject({ claim: '/usr/bin/env' });
    expect(of('args-moved', 'daemon-elsewhere')).toMatchObject({ claim: '/usr/sbin/sshd', finding: '/srv/bin/scenario' });
    expect(of('comm-cyrillic', 'name-look-alike')).toMatchObject({ finding: 'sshd' });
  });

  test('the program that made them, and its first process, bear no strong mark', () => {
    const honest = new Set([1, scene.one('file-plain').pid]);
    expect(all.filter((m) => m.pid !== null && honest.has(m.pid) && m.fd === null)).toEqual([]);
  });
});

describe('files and mounts', () => {
  test.for([
    ['file-covered', ['strong covered-file']],
    // The host of this test is an inner pid namespace, from where not every mount namespace can be seen.
    ['file-detached', ['weak detached-file']],
    ['file-so-named', ['weak deleted-or-so-named']],
    ['file-deleted', []],
    ['file-plain', []],
  ] as [string, string[]][])('%s: %j', ([what, expected]) => {
    const { pid, fd = -1 } = scene.one(what);
    expect(all.filter((m) => m.pid === pid && m.fd === fd).map((m) => `${m.weight} ${m.kind}`)).toEqual(expected);
  });

  test('mounts over a program and over a process directory', () => {
    const mounts = all.filter((m) => m.kind.startsWith('mount-')).map((m) => `${m.weight} ${m.kind} ${m.claim}`);
    expect(mounts.sort()).toEqual([
      `strong mount-over-process /proc/${scene.one('process-hidden').child}`,
      'strong mount-over-program /usr/bin/true',
    ]);
  });
});

describe('where they appear', () => {
  test.for([
    ['ps', /\/usr\/sbin\/sshd -D \(bears the name of a daemon and is another program\)$/m],
    ['ps', / \(kworker\/0:1-ev\) \(named as a kernel thread and is none\)$/m],
    // A weak mark stays in `marks`.
    ['lsof -nP', /etc\/passwd$/m],
    ['lsof -nP', /cover\/file \(its path names another file now\)$/m],
    ['lsof -nP', /report \(deleted\) \(deleted, or so named\)$/m],
    ['lsof -nP', / txt .*\/usr\/bin\/env \(exe link names a file that the process has not mapped\)$/m],
  ] as [string, RegExp][])('%s: %s', ([line, expected]) => {
    const [tool = '', ...args] = line.split(' ');
    expect(coldstat([tool, '--archive', archive, ...args]).out).toMatch(expected);
  });

  test('pfiles: in the heading and behind the path', () => {
    const { pid } = scene.one('file-detached');
    expect(coldstat(['pfiles', '--archive', archive, String(pid)]).out).toMatch(
      /^ {6}\/srv\/masks\/cover\/file \(its path names another file now\)$/m,
    );
    const spoofed = String(scene.one('exe-spoofed').pid);
    expect(coldstat(['pfiles', '--archive', archive, spoofed]).out).toMatch(
      /^\d+:\t.* \(exe link names a file that the process has not mapped\)$/m,
    );
  });

  test('in the view with the columns of osquery', () => {
    const { pid, fd } = scene.one('file-detached');
    const row = db.get('SELECT path, marks FROM process_open_files WHERE pid = ? AND fd = ?', pid, fd ?? -1);
    expect(row).toEqual({ path: '/etc/passwd', marks: 'detached-file' });
  });
});

test('every handle a mark rests on leads to bytes, and those of the spoofed link are its line', () => {
  const handles = db.all<{ h: string }>('SELECT DISTINCT e.value AS h FROM marks m, json_each(m.evidence) e').map(({ h }) => h);
  expect(handles.length).toBeGreaterThan(20);
  for (const h of handles)
    expect(rawPlace(db, { operand: h, source: undefined, line: undefined }, () => 0).source.sha256).toMatch(/^[0-9a-f]{64}$/);
  const link = db.get<{ h: string }>("SELECT evidence ->> 0 AS h FROM marks WHERE kind = 'exe-not-mapped'")?.h ?? '';
  const shown = coldstat(['raw', link, '--archive', archive]);
  expect(shown.err).toBe('');
  expect(shown.out).toMatch(new RegExp(`^source   \\d+ proc/${scene.one('exe-spoofed').pid}/links\\.list, pass A$`, 'm'));
  expect(shown.out).toMatch(/^exe\\t.*>\/usr\/bin\/env\\n$/m);
});

test('kernel threads of this machine, where it shows any, bear no mark', ({ skip }) => {
  const taken = join(scene.directory, 'machine.tar.zst');
  const { code, err } = capture(['-o', taken]);
  expect(code, err).toBeLessThan(2);
  const ran = coldstat(['ps', '--archive', taken, '--format', 'json', '--quiet-ledger']);
  const threads = (JSON.parse(ran.out) as { readonly kernel_thread: number; readonly marks: string | null }[]).filter(
    (p) => p.kernel_thread === 1,
  );
  skip(threads.length === 0, 'no kernel threads can be seen from here');
  expect(threads.filter((p) => p.marks !== null)).toEqual([]);
});

test('output that was redirected outside of a mount namespace is no strong mark against who inherits it', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'coldstat-marks-'));
  const out = openSync(join(directory, 'said'), 'w');
  try {
    const taken = join(directory, 'inner.tar.zst');
    const script = `sleep 60 & ${[process.execPath, ...nodeArguments('coldstat-capture.mjs')].join(' ')} -o ${taken} --quiet; test $? -lt 2`;
    const words = ['-pmnf', '--kill-child', '--mount-proc', 'bash', '-c', script];
    const { status } = spawnSync('unshare', words, { stdio: ['ignore', out, out], timeout: 100_000 });
    expect(status).toBe(0);
    const said = coldstat(['marks', '--archive', taken, '--format', 'json']);
    expect(said.code, said.err).toBeLessThan(2);
    const marks = (JSON.parse(said.out) as { kind: string; weight: string; claim: string }[]).filter(
      (m) => m.claim === join(directory, 'said'),
    );
    expect(marks.length).toBeGreaterThan(0);
    expect(new Set(marks.map((m) => `${m.weight} ${m.kind}`))).toEqual(new Set(['weak detached-file']));
  } finally {
    closeSync(out);
    rmSync(directory, { recursive: true, force: true });
  }
});
