import { formatListLine } from '@coldstat/capture/archive';
import type { ArchiveParts } from './archive.ts';

/** Strings that somebody may call a thing on the host, each with what it is meant to do. Latin1: one character is one byte. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'ANSI colours': '\x1b[31mred\x1b[0m',
  'ANSI cursor': '\x1b[2J\x1b[1;1Hgone',
  'title by OSC': '\x1b]0;owned\x07',
  'link by OSC 8': '\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\',
  'device control': '\x1bP1$r0m\x1b\\',
  'C1 as a byte': '\x9b31mred\x84',
  'C1 in UTF-8': utf8('\u009b31m\u0085'),
  'carriage return': 'good\rbad ',
  backspace: 'bad\b\b\bgood',
  delete: 'a\x7fb',
  bell: '\x07\x0e\x0f',
  'bidi override': utf8('\u202egpj.exe\u202c'),
  'bidi isolate': utf8('\u2066a\u2069\u2067b\u061c\u200f'),
  'zero width': utf8('pay\u200bpal\u200d\ufeff\u2060'),
  'line separators': utf8('a\u2028b\u2029c'),
  blanks: utf8(' a\u00a0\u3000\u2003b '),
  'tags and selectors': utf8('x\u{e0041}\ufe0f\u034f\u115f\u3164\u2800'),
  'many marks': utf8(`e${'\u0301'.repeat(40)}`),
  'private and unassigned': utf8('\ue000\u{10ffff}\u{e0fff}'),
  'invalid UTF-8': '\xff\xfe\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf',
  newline: 'one\ntwo\n\nthree',
  'CSV formula': "=cmd|'/C calc'!A0",
  'CSV formulas': '+1,-1,@SUM(A1)\t=2',
  'full-width formula': utf8('\uff1d1+1'),
  'CSV quotes': '",";\'"',
  HTML: '</script><img src=x onerror=alert(1)>&lt;',
  Markdown: '|a`b`[x](javascript:y)*_~#<b> http://evil.example www.evil.example',
  backslashes: '\\x1b\\n\\\\',
  'prototype names': '__proto__',
  constructor: 'constructor',
  percent: '%s%n%x',
  SQL: "'; DROP TABLE processes; --",
  blank: ' ',
  nothing: '',
  'the name of a kernel thread': '[kworker/0:0]',
  'a row of ps': '1 (init) S 0',
  deleted: '/x (deleted) (deleted)',
  long: 'A'.repeat(65536),
  'long and wide': utf8('\u202e'.repeat(20_000)),
};

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1');
}

const octal = (text: string): string => text.replace(/[ \t\n\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
/** What the kernel lets into a word of a table: no blank, no newline. */
const word = (text: string): string => text.replace(/[\s\0]/g, '_') || '_';
const line = (name: string, target: string, lmode: number): string =>
  formatListLine({ name, lmode, lmodeDerived: false, stat: null, statByName: false, target });

/** Process 100 and up: everything it may name itself bears one of the strings. */
function processFiles(pid: number, s: string): [string, string][] {
  const rest = `1 ${pid} ${pid} 0 -1 4194304 ${'0 '.repeat(12)}100 ${'0 '.repeat(30)}`.trimEnd();
  const dir = `proc/${pid}`;
  return [
    [`${dir}/stat`, `${pid} (${s.slice(0, 60)}) S ${rest}\n`],
    [`${dir}/status`, `Name:\t${s.slice(0, 60).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\nUid:\t${pid}\t${pid}\t${pid}\t${pid}\n`],
    [`${dir}/comm`, `${s}\n`],
    [`${dir}/cmdline`, `${s}\0--${s}\0`],
    [`${dir}/environ`, `${s}=${s}\0`],
    [`${dir}/cgroup`, `0::/${s.replaceAll('\n', '')}\n`],
    [`${dir}/attr/current`, `${s}\n`],
    [`${dir}/wchan`, s],
    [`${dir}/links.list`, line('cwd', `/${s}`, 0o777) + line('exe', `/${s}`, 0o777) + line('root', `/${s}`, 0o777)],
    [`${dir}/fd.list`, line('3', `/${s}`, 0o500) + line('4', `socket:[${pid}]`, 0o700) + line('5', s, 0o300)],
    [`${dir}/fdinfo.pack`, `== 3 ${5 + s.length}\npos:\t${s}\n`],
    [`${dir}/maps`, `00400000-00401000 r-xp 00000000 08:01 ${pid}${' '.repeat(30)}/${s.replaceAll('\n', '\\012')}\n`],
    [`${dir}/mountinfo`, `36 35 98:0 /${octal(s)} /${octal(s)} rw - ${word(s)} ${octal(s) || 'none'} rw\n`],
  ];
}

/** A host where everything that somebody else may name is named by the strings, for one archive. */
export function hostileHost(strings: readonly string[] = Object.values(HOSTILE)): ArchiveParts {
  const files: Record<string, Buffer> = {};
  const add = (name: string, text: string): void => {
    files[name] = Buffer.from(text, 'latin1');
  };
  const each = (f: (s: string, i: number) => string): string => strings.map(f).join('');
  const tcp = (i: number): string =>
    `${String(i).padStart(4)}: 0100007F:${(1000 + i).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 ${100 + i} 0 ${100 + i} 1 0000000000000000 100 0 0 10 0`.padEnd(
      149,
    );
  add(
    'proc/net/tcp',
    `${'  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149)}\n${each((_, i) => `${tcp(i)}\n`)}`,
  );
  add(
    'proc/net/unix',
    `Num       RefCount Protocol Flags    Type St Inode Path\n${each((s, i) => `0000000000000000: 00000002 00000000 00010000 0001 01 ${9000 + i} /${s}\n`)}`,
  );
  add(
    'proc/net/dev',
    `Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n${each((s) => `${word(s)}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`)}`,
  );
  add(
    'proc/net/route',
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${each((s, i) => `${word(s)}\t0000000A\t00000000\t0001\t0\t0\t${i}\t000000FF\t0\t0\t0\n`)}`,
  );
  add(
    'proc/net/protocols',
    `protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n${each((s) => `${word(s)} 1600 2 -1 NI 0 no kernel n n n n n n n n n n n n n n n n n n\n`)}`,
  );
  add(
    'proc/modules',
    each((s) => `${word(s)} 12345 0 - Live 0x0000000000000000\n`),
  );
  add(
    'etc/passwd',
    each((s, i) => `${s.replaceAll(':', '')}:x:${100 + i}:${100 + i}:${s}:/${s}:/bin/sh\n`),
  );
  add(
    'etc/group',
    each((s, i) => `${s.replaceAll(':', '')}:x:${100 + i}:\n`),
  );
  add('etc/hosts', each((s, i) => `10.0.0.${i} ${word(s)}\n`) + each((s) => `127.0.0.1 ${word(s)}\n`));
  add(
    'etc/services',
    each((s, i) => `${word(s)} ${1000 + i}/tcp ${word(s)}\n`),
  );
  add(
    'etc/os-release',
    each((s) => `NAME="${s}"\n`),
  );
  add('proc/version', strings.join(' '));
  strings.forEach((s, i) => {
    for (const [name, text] of processFiles(100 + i, s)) add(name, text);
  });
  const [text = ''] = strings;
  const hex = { hex: Buffer.from(strings.join(' ').slice(0, 4000), 'latin1').toString('hex') };
  return {
    files,
    compress: 'none',
    header: { case: hex, operator: hex, reason: hex, host: { nodename: hex, release: hex, version: hex, sysname: text } },
    refused: strings.slice(0, 60).map((s, i) => ({ path: `proc/${100 + i}/io`, errno: utf8(s.slice(0, 1000)), note: s.slice(0, 1000) })),
  };
}
