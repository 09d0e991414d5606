import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseList } from './archive/list.ts';
import { formatFrame } from './archive/pack.ts';
import { Failure } from './attempt.ts';
import { fdFacts, takeDescriptors } from './descriptors.ts';
import { frameText, Pieces } from './pieces.ts';

test.each([
  ['pos:\t0\nflags:\t0100002\nmnt_id:\t15\nino:\t7\n', { flags: 0o100002, mntId: 15 }],
  ['pos:\t0\nflags:\t02\n', { flags: 2, mntId: null }],
  ['mnt_id:\t9\nflags:\t00', { flags: 0, mntId: 9 }],
  ['pos:\t0\nxflags:\t02\nflags:\tz\nmnt_id:\t\n', { flags: null, mntId: null }],
  ['', { flags: null, mntId: null }],
  ['tfd: 1 flags:\t02\nflags:\t01\nflags:\t02\n', { flags: 1, mntId: null }],
])('open mode and mount of %j', (text, facts) => {
  expect(fdFacts(Buffer.from(text))).toEqual(facts);
});

test('what the bytes say is what an expression finds in the text', () => {
  const part = fc.constantFrom('flags:', 'mnt_id:', '\t', '\n', '0', '17', '8', 'x');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = parts.join('');
      const flags = /^flags:\t([0-7]+)/m.exec(text)?.[1];
      const mount = /^mnt_id:\t(\d+)/m.exec(text)?.[1];
      expect(fdFacts(Buffer.from(text))).toEqual({
        flags: flags === undefined ? null : Number.parseInt(flags, 8),
        mntId: mount === undefined ? null : Number(mount),
      });
    }),
  );
});

test('a body is its pieces up to the cap, and no frame is cut in two', () => {
  const frames = fc.array(fc.tuple(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 4 }), fc.uint8Array({ maxLength: 90_000 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(frames, fc.integer({ min: 0, max: 300_000 }), (given, cap) => {
      const pieces = new Pieces(cap);
      const kept: Buffer[] = [];
      let size = 0;
      let cut = false;
      for (const [name, raw] of given) {
        const body = Buffer.from(raw);
        pieces.frame(name, body);
        const frame = formatFrame({ name, body, truncated: false });
        cut ||= size + frame.length > cap;
        if (cut) continue;
        kept.push(frame);
        size += frame.length;
      }
      expect(pieces.taken()).toEqual({ body: Buffer.concat(kept), ...(cut && { limit: 'bytes' }) });
    }),
    { numRuns: 50 },
  );
});

test('a body stays as it is when the next one is gathered', () => {
  const first = new Pieces(100);
  first.add('first');
  const { body } = first.taken();
  const second = new Pieces(100);
  second.add('other');
  first.add('late');
  expect(body.toString()).toBe('first');
  expect(second.taken().body.toString()).toBe('other');
});

test('a frame as text is the frame as bytes', () => {
  const pieces = new Pieces(1000);
  pieces.frame('a b', Buffer.from('\xff\n', 'latin1'));
  pieces.frame('c', new Failure('EACCES'));
  expect(pieces.taken().body.toString('latin1')).toBe(frameText('a b', '\xff\n') + frameText('c', new Failure('EACCES')));
});

test('the lines are in the form of the format, and say what stat says', async () => {
  // What it was given has come back: its loader and its locale have closed their files.
  const nothing = openSync('/dev/null', 'r+');
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit', nothing] });
  closeSync(nothing);
  child.stdin?.write('ready');
  if (child.stdout) await once(child.stdout, 'data');
  const before = process.cwd();
  process.chdir(`/proc/${child.pid}`);
  try {
    const errors: string[] = [];
    const context = {
      table: null,
      own: null,
      stat: true,
      info: true,
      error: (e: string) => errors.push(e),
      pinned: () => undefined,
      socket: null,
      tick: () => undefined,
    };
    const taken = takeDescriptors('', context, true);
    if (taken instanceof Failure) throw new Error(taken.errno);
    const { lines, errors: bad } = parseList(taken.list.body);
    expect(bad).toEqual([]);
    expect(lines.map((line) => line.name).sort()).toEqual(readdirSync('fd').sort());
    expect(taken.count).toBe(lines.length);
    const stdin = lines.find((line) => line.name === '0');
    const st = statSync('fd/0', { bigint: true });
    expect(stdin).toMatchObject({ lmode: 0o700, lmodeDerived: true, target: taken.links.get('0') });
    expect(stdin?.stat).toMatchObject({
      mode: Number(st.mode),
      ino: st.ino,
      nlink: st.nlink,
      size: st.size,
      uid: Number(st.uid),
      gid: Number(st.gid),
    });
    // Its mount is in no table, so it is not asked.
    expect(lines.find((line) => line.name === '3')).toMatchObject({ stat: null, lmode: 0o700, target: '/dev/null' });
    expect(errors).toEqual([]);
  } finally {
    process.chdir(before);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
