import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadIntoMemory } from '../../packages/analyze/src/commands/memory-case.ts';
import { type CaseDb, caseDb } from '../../packages/analyze/src/db/query.ts';
import { lsof } from '../../packages/analyze/src/tools/lsof/index.ts';
import { capture, nodeArguments } from '../support/run.ts';

/**
 * The live lsof and ours on the same objects, with what the kernel tells of sockets (--netlink). Every object has a name, a user and a process of
 * this run alone: others run beside it, with their own ptys, traces and sockets.
 */

interface Made {
  readonly pid: number;
  readonly port: number;
  readonly port6: number;
  readonly 'udp-port': number;
  readonly [object: string]: number | readonly number[];
}

const OBJECTS = fileURLToPath(new URL('lsof-objects.py', import.meta.url));
const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const UNSHARE = ['unshare', '-n', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh'];
/** Nobody else's. */
const STRANGER = 100_000 + process.pid;
const STRANGE = `str${process.pid.toString(36)}`;
const KINDS = 'files,locks,kernel_objects,inet_sockets,other_sockets,mappings';

let dir: string;
const children: ChildProcess[] = [];
let main: Made;
let threaded: Made;
let stranger: Made;
let shared: Made;
let foreign: Made;
let deleted: number;
let withMemfd: Made;
let db: CaseDb;
let objects: string;

/** `around` is the program that starts python3, as words. */
async function make(where: string, kinds: string, comm: string, uid = '', around: readonly string[] = []): Promise<Made> {
  const command = [...around, 'python3', OBJECTS, where, kinds, comm, ...(uid === '' ? [] : [uid])];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.endsWith('\n')) break;
  }
  return { ...(JSON.parse(text) as Made) };
}

/** A process whose executable is gone. */
function makeDeleted(where: string): number {
  const program = join(where, 'gone program');
  copyFileSync('/bin/sleep', program);
  const child = spawn(program, ['600'], { stdio: 'ignore' });
  children.push(child);
  unlinkSync(program);
  return child.pid ?? 0;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'coldstat-lsof-'));
  objects = mkdtempSync(join(dir, 'o'));
  main = await make(objects, KINDS, 'a long (name)');
  threaded = await make(mkdtempSync(join(dir, 'x')), 'files,threads', 'thr (x) y');
  stranger = await make(mkdtempSync(join(dir, 'x')), 'files,inet_sockets', `${STRANGE}er`, String(STRANGER));
  shared = await make(mkdtempSync(join(dir, 'x')), 'shared', 'shared (x) y');
  foreign = await make(mkdtempSync(join(dir, 'x')), 'inet_sockets,other_sockets', 'foreign', '', UNSHARE);
  withMemfd = await make(mkdtempSync(join(dir, 'x')), 'memfd', 'memory');
  deleted = makeDeleted(dir);
  const archive = join(dir, 'one.tar.zst');
  const taken = capture(['-o', archive, '--quiet', '--netlink']);
  expect([0, 1], taken.err).toContain(taken.code);
  db = caseDb(await loadIntoMemory([archive], { cwd: dir, err: () => {} }));
});

afterAll(() => {
  db?.close();
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

interface Said {
  readonly out: string;
  readonly code: number | null;
}

function live(args: readonly string[]): Said {
  const { stdout, status } = spawnSync('lsof', args, { env: { ...process.env, LC_ALL: 'C' }, encoding: 'latin1', timeout: 60_000 });
  return { out: stdout, code: status };
}

function ours(args: readonly string[]): Said {
  const answer = lsof(['--strict', ...args], { db, captureId: 1, netns: 'own', format: 'table' });
  const out = [...answer.out].join('');
  return { out, code: answer.exit() };
}

/** The live tool walks directories, so it may meet another link of an open file first. */
function masked(text: string): string[] {
  return text.replaceAll('/other-name', '/linked').split('\n');
}

/**
 * What others hold of a pty with the number of ours is taken out of both sides: lsof goes by the number, of which each mount of devpts has its own,
 * and they come and go between the two looks.
 */
function own(lines: readonly string[]): string[] {
  const pids = new Set([shared['child'], ...[main, threaded, stranger, shared, foreign, withMemfd].map(({ pid }) => pid)].map(String));
  return lines
    .filter((line) => pids.has(/^\S+ +(\d+) /.exec(line)?.[1] ?? '') || !/^\S+ +\d+ /.test(line))
    .map((line) => line.replace(/ (\d+),.{1,9}?,\d+[rwu]?(?=[ \n]|$)/g, (end, pid: string) => (pids.has(pid) ? end : '')))
    .map((line) => line.replace(/ +/g, ' '));
}

/** The words of an invocation, with what was made in place of `$…`. */
function words(text: string): string[] {
  const values = new Map<string, string | number>([
    ['$PID', main.pid],
    ['$THR', threaded.pid],
    ['$STR', stranger.pid],
    ['$FOREIGN', foreign.pid],
    ['$GONE', deleted],
    ['$UID', STRANGER],
    ['$NAME', STRANGE],
    ['$SHARED', shared.pid],
    ['$PORT', main.port],
    ['$PORT6', main.port6],
    ['$UDP', main['udp-port']],
    ['$DIR', dir],
    ['$OBJ', objects],
    ['$PIPE', String(main['pipe'])],
    ['$EVENT', `${main['eventfd']},${main['eventfd-twin']}`],
    ['$PTY', String(main['pty'])],
  ]);
  return text.split(' ').map((word) => word.replace(/\$[A-Z0-9]+/g, (name) => String(values.get(name))));
}

/** Every invocation with the words the live tool gets; `$…` stands for what was made. */
const INVOCATIONS: readonly string[] = [
  '-p $PID -nP',
  '-p $PID',
  '-a -p $PID -d cwd,rtd,txt',
  '-a -p $PID -d txt',
  '-a -p $PID -d ^mem -nP',
  '-a -p $PID -d 0-20,fd',
  '-nP -X -p $PID',
  '-nP -p $PID -o',
  '-nP -p $PID -o3',
  '-nP -p $PID -o 0',
  '-nP -p $PID -s',
  '-nP -p $PID +L',
  '-nP -a -p $PID +L1',
  '-nP -l -p $PID',
  '-nPl -R -g -p $PID',
  '-nP +fg -p $PID',
  '-nP +fG -p $PID',
  '-nP -T -p $PID',
  '-nP -Tq -p $PID',
  '-nP -Tqs -p $PID',
  '-nP +c 0 -p $PID',
  '-nP +c 15 -a -p $PID -d 3',
  '-nP -a -p $PID -i',
  '-nP -a -p $PID -i4',
  '-nP -a -p $PID -i6',
  '-nP -a -p $PID -iTCP -sTCP:LISTEN',
  '-nP -a -p $PID -iTCP -sTCP:^LISTEN,^CLOSE_WAIT',
  '-nP -a -p $PID -i -sTCP:ESTABLISHED',
  '-nP -iTCP:$PORT',
  '-nP -iTCP@127.0.0.1:$PORT,$PORT6',
  '-nP -i @[::1]:$PORT6',
  '-nP -i UDP:$UDP',
  '-nP -i 4UDP@127.0.0.1:$UDP-65535 -a -p $PID',
  '-nP -a -p $PID -U',
  '-a -U -c a\\x20long -p $PID',
  '-t -i :$PORT',
  '-t -p $PID,$THR,$STR',
  '-nP -F -p $PID',
  '-nP -F0 -p $PID',
  '-nP -Fpcfn -p $PID',
  '-nP -Ft -p $PID',
  '-nP -Fodi -p $PID',
  '-nP -FrDk -p $PID',
  '-nP -FTs -Tqs -p $PID',
  '-nP +fg -FG -p $PID',
  '-nP -a -p $THR -K',
  '-nP -a -p $THR -K -d 3-40',
  '-nP -p $THR -Ki',
  '-nP -F -K -a -p $THR -d 3',
  '-nP -p $STR',
  '-nP -u $UID',
  '-nP -p $FOREIGN',
  '-nP -a -i -p $FOREIGN',
  '-nP -F -p $FOREIGN',
  '-p $GONE',
  '-F -p $GONE',
  '+L1 -a -p $GONE',
  '-p 2',
  '-nP -X -a -p $PID -d 3-99',
  '-P -a -p $PID -i',
  '-n -a -p $PID -iUDP',
  '-nP -Ts -a -p $PID -i -U',
  '-nP -Tqs -U -a -p $PID',
  '-nP +c 7 -a -p $STR -d 3',
  '-nP -a -p $PID -i4 -i6',
  '-nP -a -p $PID -i -i4',
  '-nP -a -p $PID -i6TCP:$PORT6',
  '-nP -a -p $PID -i4TCP:$PORT6',
  '-nP -a -p $PID -i@localhost:$PORT',
  '-nP -a -p $PID -iTCP:1-65535 -iUDPLITE',
  '-nP -a -p $PID -d fd,^mem',
  '-nP -a -p $PID -d NOFD,DEL,mem',
  '-lFuLcp -a -p $STR -d 3',
  '-Fl -a -p $PID -d 0-30',
  '-F 0ftn -a -p $PID -d 3-9',
  '-nP -f -a -p $PID -- $OBJ',
  '-nP -K -a -p $THR -Fpt',
  '-V -t -K -a -p $THR',
  '-V -K -a -p $STR',
  '-nP -K -p $STR -a -d 3',
  '-nPo -a -p $PID -d cwd,mem,3-9',
  '-nPos -a -p $PID',
  '-nP +L2 -a -p $PID -d 3-40',
  '-nP +LnR -a -p $PID -d 3',
  '-nP -L -a -p $PID -d 3',
  '-nP -a -u ^root -p $STR -d 3',
  '-nP -w -p $STR -l',
  '-nP -a -c $NAME -i',
  '-nP -a -c /^$NAME[FGE]R$/i -d cwd',
  '-nP -c /^$NAME\\(er\\)$/b -a -d txt',
  '-V -p $PID,99999999 -a -d 3',
  '-V -a -p $PID -i@192.0.2.1 -i:9',
  '-V -a -p $PID -iTCP -sTCP:SYN_SENT',
  '-V -a -p $PID -u $UID',
  '-V -a -c $NAME -u 0 -d 3',
  '-V -Q -c nosuchcommand',
  '-V -c nosuchcommand -c /nosuch/ -g 99999999',
  '-V -c nosuchcommand -c otherword -c /nosuch/ -a -p $PID -d 3',
  '-nP -V -a -p $PID -c ^nosuchcommand -d 3',
  '-nP -Q -a -p $PID -c ^nosuchcommand -d 3',
  '-nP -a -p $PID -p ^99999999 -u ^99999 -g ^99999999 -d 3',
  '-a -p $PID -N',
  '-nP -E -a -p $PID -i',
  '-nP -E -a -p $PID -d $PIPE,$EVENT,$PTY',
  '-nP +E -a -p $PID -d $PIPE,$EVENT,$PTY',
  '-nP +E -a -p $PID -iTCP:$PORT',
  '-nP -E -a -p $PID -U',
  '-nP +E -a -p $SHARED -U',
  '-nP -E -a -p $SHARED -d 3-99',
  '-nP -F -E -a -p $SHARED -U',
  '-nP -E -T -a -p $SHARED -U',
  '-nP -E -Tqs -a -p $SHARED -U',
  '-nP -E -X -a -p $SHARED -d 3-99',
  '+c 15 -E -a -p $SHARED -U',
  '-nP +c 8 -a -p $SHARED -d 3',
  '-nP +E -a -p $FOREIGN -d 3-99',
  '-nP $OBJ/rw.txt $OBJ/linked $OBJ/st.sock $OBJ/fifo $OBJ/mapped',
  '-nP -V $OBJ/nothing-here $OBJ/append',
  '-nP $OBJ/nothing-here',
  '-nP -Q $OBJ/nothing-here',
  '-nP -a -p $PID $OBJ/rw.txt',
  '-nP -p $PID -a $OBJ/rw.txt',
  '-nP +d $OBJ -a -p $PID',
  '-nP +D $DIR -a -p $PID',
];

describe('the same words, the same answer', () => {
  it.each(INVOCATIONS)('lsof %s', (text) => {
    const real = live(words(text));
    const mine = ours(words(text));
    const seen = / [-+]E.*(PTY|-U)/.test(text) ? own : (lines: readonly string[]): readonly string[] => lines;
    expect(seen(masked(mine.out))).toEqual(seen(masked(real.out)));
    // the live tool misses the files of a directory that nobody has open; here nobody knows of them
    if (!/ \+d/.test(text)) expect(mine.code).toBe(real.code);
  });
});

/** The live tool cannot do these. */
describe('more than the live tool', () => {
  const text = (netns: 'own' | 'all', ...args: string[]): string =>
    [...lsof(args, { db, captureId: 1, netns, format: 'table' }).out].join('');

  it('resolves the sockets of other network namespaces when asked to', () => {
    const port = new RegExp(`TCP 127\\.0\\.0\\.1:${foreign.port} \\(LISTEN\\)`);
    const pid = String(foreign.pid);
    expect(text('own', '-nP', '-a', '-p', pid, '-d', '3-99')).not.toMatch(port);
    expect(text('all', '-nP', '-a', '-p', pid, '-d', '3-99')).toMatch(port);
    expect(text('all', '-t', `-iTCP:${foreign.port}`, '-sTCP:LISTEN')).toBe(`${pid}\n`);
  });

  it('names every socket at the other end of a unix socket, and the listener to one that waits', () => {
    const rows = text('own', '-nP', '-E', '-a', '-p', String(shared.pid), '-U').split('\n');
    const ends = (row: string | undefined): string[] => [...(row ?? '').matchAll(/->INO=(\d+)/g)].map((m) => m[1] ?? '');
    const inode = (row: string | undefined): string => / 0t0 +(\d+) /.exec(row ?? '')?.[1] ?? '';
    const listener = rows.find((r) => /wait\.sock .*\(LISTEN\)$/.test(r));
    expect(ends(listener)).toHaveLength(3);
    for (const client of ends(listener)) expect(ends(rows.find((r) => inode(r) === client))).toEqual([inode(listener)]);
    const log = rows.find((r) => /log\.sock type=DGRAM/.test(r));
    expect(ends(log)).toHaveLength(4);
    const chain = [0, 1, 2].map((n) => rows.find((r) => r.includes(`@chain-${shared.pid}-${n} `)));
    expect(chain.map(ends)).toEqual([[inode(chain[1])], [inode(chain[2]), inode(chain[0])], [inode(chain[1])]]);
  });

  it('shows a memfd, of which only fdinfo is known, without guessing the rest', () => {
    const pid = String(withMemfd.pid);
    expect(text('own', '-a', '-p', pid, '-d', String(withMemfd['memfd']))).toMatch(/ REG +\d+ \/memfd:my mem \(deleted\)\n$/);
  });
});

/** Refused command lines: the same messages and exit code; the block of usage behind them is the tool's own. */
describe('the same complaints', () => {
  it.each([
    '-q -zA',
    '-i sctp',
    '-i @',
    '-i 6@1.2.3.4',
    '-i 4@[::1]',
    '-i @[::]',
    '-i :9-3',
    '-i :no-such-service-here',
    '-i TCP:no-such-service-here',
    '-i :1-',
    '-i :-3',
    '-i :1,,2',
    '-i @[::1',
    '-i 46TCP',
    '-s TCP:foo',
    '-s XXX:LISTEN',
    '-s TCP:LISTEN,^LISTEN',
    '-s TCP:^LISTEN,^LISTEN',
    '-sUDP:Idle',
    '-d ^3,4',
    '-d 7-3',
    '-d 3-x',
    '-d',
    '-p',
    '-p 1,^1',
    '-p 12a',
    '-g abc',
    '-g ^1,1',
    '-u no-such-user-here',
    '-u root,^root',
    '-u',
    '-c',
    '-c -n',
    '-c abcdefghijklmnopqrst',
    '-c /a',
    '-c /a/z',
    '-c x -c ^x',
    '+c',
    '+c 20',
    '+c x',
    '-Fz9',
    '-t -F',
    '-o -s',
    '-T z',
    '-a -n',
    '+fz',
    '-K x',
    '-x f',
    '-x z',
    '+d',
    '-X -i',
    '-L 3',
    '-D i',
    '-m x',
    '-e x',
    '-Z',
    '-i TCP: -p x -q',
  ])('lsof %s', (text) => {
    const args = text.split(' ');
    const real = spawnSync('lsof', args, { env: { ...process.env, LC_ALL: 'C' }, encoding: 'latin1', timeout: 60_000 });
    const answer = lsof(['--strict', ...args], { db, captureId: 1, netns: 'own', format: 'table' });
    const complaints = (err: string): string[] => err.split('\n').filter((line) => line.startsWith('lsof: '));
    expect(complaints(answer.err.join(''))).toEqual(complaints(real.stderr));
    expect(answer.exit()).toBe(real.status);
  });
});

describe('for somebody who may not look', () => {
  it('the same rows are refused', async () => {
    const where = mkdtempSync(join(dir, 'n'));
    chmodSync(dir, 0o755);
    chmodSync(where, 0o777);
    const archive = join(where, 'nobody.tar.zst');
    const nobody = (...command: string[]): ReturnType<typeof spawnSync> => {
      const [program = '', ...args] = [...AS_NOBODY, ...command];
      return spawnSync(program, args, { env: { ...process.env, LC_ALL: 'C' }, encoding: 'latin1', timeout: 60_000 });
    };
    nobody(process.execPath, ...nodeArguments('coldstat-capture.mjs'), '-o', archive, '--quiet');
    const other = caseDb(await loadIntoMemory([archive], { cwd: where, err: () => {} }));
    for (const text of ['-nP -p $PID', '-nP -w -p $PID', '-F -p $PID', '-t -p $PID', '-nP -a -p $PID -i']) {
      const real = nobody('lsof', ...words(text));
      const answer = lsof(['--strict', ...words(text)], { db: other, captureId: 1, netns: 'own', format: 'table' });
      expect([...answer.out].join('')).toBe(real.stdout);
      expect(answer.exit()).toBe(real.status);
    }
    const told = lsof(['-E', '-p', String(main.pid)], { db: other, captureId: 1, netns: 'own', format: 'table' });
    expect(told.err.join('')).toContain('the capture did not ask the kernel (--netlink)');
    other.close();
  });
});
