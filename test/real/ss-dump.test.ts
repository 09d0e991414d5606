import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/**
 * ss answered from the kernel's own dump (--netlink), against two oracles: the real ss reading the very same dump of TCP through TCPDIAG_FILE, byte
 * for byte; and the real ss asking the same kernel right before and after the capture, where both say the same, moving cells masked by rule.
 */

let scene: Scene;
let archive: string;
let tcpdiag: string;
/** By the words of an invocation. */
const live = new Map<string, readonly [before: string, after: string]>();

const LIVE = [
  '-tan',
  '-tuane',
  '-tunapeimo',
  '-tuanpemiO',
  '-tlne',
  '-uan',
  '-tan state connected',
  '-tuan --tos --cgroup --inet-sockopt',
  '-xa',
  '-xap',
  '-xaem',
  '-0anem',
  '-0anebO',
  '-tuan sport gt :1024',
  '--vsock -a',
  '--xdp -a',
];

beforeAll(async () => {
  scene = await startScene(['tcp', 'inet', 'unix', 'owners', 'linger']);
  const before = new Map(LIVE.map((words) => [words, scene.live('ss', words.split(' '))]));
  archive = scene.capture('ss-dump', ['--netlink']).archive;
  for (const [words, text] of before) live.set(words, [text, scene.live('ss', words.split(' '))]);
  const tree = join(scene.directory, 'dumps');
  const ran = coldstat(['extract', archive, '-C', tree]);
  expect(ran.code, ran.err).toBe(0);
  const own = JSON.parse(coldstat(['query', '--archive', archive, '--format', 'json', 'SELECT own_net_ns AS ns FROM captures']).out) as [
    { ns: number },
  ];
  tcpdiag = join(tree, 'netlink', String(own[0].ns), 'tcpdiag');
}, 240_000);
afterAll(async () => scene?.stop());

function ours(words: string, ...more: readonly string[]): string {
  const { out, err, code } = coldstat(['ss', '--archive', archive, '--quiet-ledger', ...more, ...words.split(' ')]);
  expect(code, err).toBe(0);
  return out;
}

describe('the real ss over the same dump, byte for byte', () => {
  // A file holds all attributes whatever is asked, so -m and -i come together; interfaces have the names of this machine.
  test.each([
    '-tan',
    '-tane',
    '-tano',
    '-tanemi',
    '-tanoemi',
    '-tanOemi',
    '-Htanmi',
    '-tan --tos --cgroup --inet-sockopt',
    '-tanOe --tos',
    '-taneimo',
  ])('ss %s', (words) => {
    const real = spawnSync('ss', words.split(' '), { encoding: 'latin1', env: { PATH: process.env['PATH'], TCPDIAG_FILE: tcpdiag } });
    expect(real.status, real.stderr).toBe(0);
    expect(real.stdout.split('\n').length).toBeGreaterThan(8);
    expect(ours(words)).toBe(real.stdout);
  });

  test.each(['fwmark = 0', 'sport = :22', 'dst 127.0.0.1', 'src [::1] or sport lt :1024', 'not autobound'])('ss -tan %s', (expression) => {
    const words = ['-tan', ...expression.split(' ')];
    const real = spawnSync('ss', words, { encoding: 'latin1', env: { PATH: process.env['PATH'], TCPDIAG_FILE: tcpdiag } });
    expect(ours(words.join(' '))).toBe(real.stdout);
  });

  test('a file of ss -D is evidence of its own', () => {
    const written = join(scene.directory, 'written.tcpdiag');
    const words = ['-tan', '-e', '-m', '-i'];
    const before = scene.live('ss', words);
    expect(scene.host.run('ss', ['-D', '/tmp/written', '-tanmie']).code).toBe(0);
    const after = scene.live('ss', words);
    writeFileSync(written, readFileSync(`${scene.host.files}/tmp/written`));
    const listed = coldstat(['ss', '--archive', written, '--quiet-ledger', '--strict', ...words]);
    expect(listed.code, listed.err).toBe(0);
    lies(listed.out, before, after);
  });
});

/** Time since, and timers, move between two looks; blanks follow the widths of what moves. */
function aged(text: string): string {
  return (
    text
      .replace(/ (lastsnd|lastrcv|lastack):\d+/g, ' $1')
      .replace(/ (?:unreachable|cgroup):\S+/g, ' cgroup')
      .replace(/timer:\((\w+),[^,)\s]*,/g, 'timer:($1,')
      // Probes of a closed window: their count begins anew with each answer.
      .replace(/timer:\(persist,\d+\)/g, 'timer:(persist)')
      .replace(/ (busy|rwnd_limited|sndbuf_limited):\S+/g, ' $1')
      .replace(/ +/g, ' ')
      .replace(/ $/gm, '')
  );
}

/** Holders of a socket in one order: ss gives that in which its directory lists names. */
function ordered(text: string): string {
  return text.replace(
    /users:\((\(.*?\))\)(?= |$)/gm,
    (_, list: string) => `users:((${list.slice(1, -1).split('),(').sort().join('),(')}))`,
  );
}

/** Names come escaped from us and as they are from ss: what ours stand for is looked for there and written our way. */
function escapedAsOurs(real: string, made: string): string {
  let text = real;
  for (const name of made.match(/\S*\\\S*/g) ?? []) {
    const raw = name.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter: string | undefined) =>
      hex === undefined ? ({ n: '\n', t: '\t', r: '\r' }[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
    );
    text = text.replaceAll(raw, name);
  }
  return text;
}

/** One text a socket: what ss writes below it belongs to it. The capture's own sockets, of which neither look knows, are left out. */
function rowsOf(text: string, known?: (row: string) => boolean): string[] {
  const rows = text.split(/\n(?!\t)/).map((row) =>
    row
      .replace(/[ \n\t]+/g, ' ')
      // What is being retried has other words from one moment to the next.
      .replace(/^((?:tcp )?SYN-SENT (?:\S+ ){3}\S+).*/, '$1')
      .trim(),
  );
  return known === undefined ? rows : rows.filter((row, i) => i === 0 || row === '' || known(row));
}

/** A number that moved lies between what ss saw before and after; in everything else one of the two looks says the same. */
function between(made: string, before: string, after: string): string {
  const shape = (text: string): string => text.replace(/\d+/g, '#');
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  if (made === before || made === after || shape(made) !== shape(before) || shape(made) !== shape(after))
    return made === before ? before : after;
  const [now, low, high] = [numbers(made), numbers(before), numbers(after)];
  const fits = now.every((n, i) => n >= Math.min(low[i] ?? n, high[i] ?? n) && n <= Math.max(low[i] ?? n, high[i] ?? n));
  return fits ? made : after;
}

/** What tells a socket in all three texts: its cookie, where it is shown, the numbers of a unix socket, or else the row as it stands. */
function keyOf(row: string): string {
  return / sk:(\S+)/.exec(row)?.[1] ?? /^u_\S+ .*? (\d{4,}) \* \d+/.exec(row)?.[1] ?? row;
}

/** Every socket that ss saw both before and after is there, none that it saw at neither time, and each as it was in between. */
function lies(answer: string, before: string, after: string, known?: (row: string) => boolean): void {
  const made = rowsOf(ordered(aged(answer)), known);
  const [first, second] = [before, after].map((text) => new Map(rowsOf(ordered(aged(text))).map((row) => [keyOf(row), row])));
  const keys = new Set(made.map(keyOf));
  expect([...(first?.keys() ?? [])].filter((key) => second?.has(key) && !keys.has(key))).toEqual([]);
  expect(made).toEqual(
    made.map((row) => {
      const [was, is] = [first?.get(keyOf(row)), second?.get(keyOf(row))];
      return between(row, was ?? is ?? '(no such socket)', is ?? was ?? '(no such socket)');
    }),
  );
}

describe('the real ss asking the same kernel', () => {
  test.each(LIVE)('ss %s', (words) => {
    const answer = ours(words, '--strict');
    const looks = (live.get(words) ?? ['', '']).map((text) => escapedAsOurs(text, answer));
    const inodes = new Set(looks.join(' ').match(/\b\d{4,}\b/g));
    const known = words.startsWith('-x') ? (row: string) => [...(row.match(/\b\d{4,}\b/g) ?? [])].some((n) => inodes.has(n)) : undefined;
    lies(answer, looks[0] ?? '', looks[1] ?? '', known);
  });

  test('netlink sockets, but for those of ss and of the capture that ask', () => {
    const rows = (text: string): string[] =>
      [...new Set(text.split('\n'))]
        .filter((line) => !/^UNCONN\s+\d+\s+\d+\s+4:[1-9]/.test(line))
        .map((line) =>
          line
            .replace(/^(UNCONN\s+)\d+/, '$1')
            .replace(/skmem:\S+/, '')
            .replace(/ +/g, ' ')
            .trim(),
        );
    // Their order is that of a hash table, which grows and shrinks.
    expect(rows(ours('-f netlink -anem', '--strict')).sort()).toEqual(rows(scene.live('ss', ['-f', 'netlink', '-anem'])).sort());
  });
});

describe('more than the live tool', () => {
  test('a TCP socket that is only bound', () => {
    const inode = scene.one('tcp-bound').inode;
    expect(ours('-tane')).toContain(` ino:${inode} `);
    expect(ours('-tane state bound-inactive', '--compat', 'ss=7').trim().split('\n')).toHaveLength(2);
    expect(ours('-tane', '--strict')).not.toContain(` ino:${inode} `);
  });

  test('the ledger holds both views against each other, and finds the row that a name forged', () => {
    const { out } = coldstat(['ledger', '--archive', archive, '--format', 'json']);
    const entries = JSON.parse(out) as { check: string; result: string; found: number; basis: string }[];
    const checks = entries.filter((e) => e.check.startsWith("kernel's own list of "));
    expect(checks.map((e) => e.check)).toEqual(
      expect.arrayContaining(["kernel's own list of tcp", "kernel's own list of unix", "kernel's own list of netlink"]),
    );
    // The scenario has a socket whose name forges a row of net/unix: the kernel's own list knows of no such socket.
    expect(checks.filter((e) => e.result === 'broken').map(({ check, found }) => [check, found])).toEqual([
      ["kernel's own list of unix", 1],
    ]);
    expect(checks.find((e) => e.result === 'broken')?.basis).toContain('only /proc: inode 4242424242 (');
  });

  test('a message of a dump is shown byte for byte', () => {
    const body = readFileSync(tcpdiag.replace(/tcpdiag$/, 'inet-tcp'));
    const length = body.readUInt32LE(0);
    const [row] = JSON.parse(ours('-tan', '--format', 'json')) as { handle: string }[];
    const { out } = coldstat(['raw', '--archive', archive, row?.handle ?? '']);
    expect(out).toContain(`line     1: bytes 0 to ${length} of ${body.length}`);
    expect(out).toContain(body.toString('hex', 0, 8).replace(/(..)(?=.)/g, '$1 '));
  });
});
