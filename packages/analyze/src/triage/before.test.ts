import { expect, test } from 'vitest';
import type { ArchiveParts } from '../../../../test/support/archive.ts';
import { loaded } from '../../../../test/support/loaded.ts';
import { ownRules } from './load-rules.ts';
import { type Answer, askCase, triage } from './triage.ts';

/** What an earlier capture could not see is not told as something that was not there. */

const OTHER = 4026532674;
const TCP = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const listens = (port: number, inode: number): string =>
  `${TCP}   0: 00000000:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
const links = (netNs: number): string =>
  `exe\t777\t100755,1,0,0,254:1,99,0:0,5\t>/usr/bin/x\n${[`net:[${netNs}]`, 'mnt:[4026531832]', 'pid:[4026531836]', 'user:[4026531837]'].map((ns) => `ns/${ns.slice(0, ns.indexOf(':'))}\t777\t-\t>${ns}\n`).join('')}`;
const stat = (pid: number): string =>
  `${pid} (x) S 1 ${pid} ${pid} 0 -1 4194304 0 0 0 0 10 5 0 0 20 0 1 0 2147 8192000 200 18446744073709551615 ${'0 '.repeat(26)}0\n`;

/** A process in a namespace of its own that listens there, beside one at home. */
const seesAll = {
  'proc/8/stat': stat(8),
  'proc/8/links.list': links(4026531833),
  'proc/8/fd.list': '',
  'proc/9/stat': stat(9),
  'proc/9/links.list': links(OTHER),
  'proc/9/fd.list': '3\t700\t-\t>socket:[77]\n',
  'proc/net/tcp': TCP,
  'proc/9/net/tcp': listens(8081, 77),
};
const HEADER = {
  capture_id: '6f9fd5a4-0000-4000-8000-000000000000',
  clock: { realtime_ns: '1789999000000000000', monotonic_ns: '4000000000', boottime_ns: '4000000000', timezone: 'UTC' },
};
const NOBODY = { ...HEADER, self: { euid: 65534, cap_eff: '0000000000000000' } };
const records = { 'proc/9/net/tcp': { netns: String(OTHER) } };

async function asked(id: string, before: ArchiveParts, after: ArchiveParts): Promise<Answer> {
  const db = await loaded(before, after);
  const rules = ownRules().filter((rule) => rule.id === id);
  for await (const answer of triage(db, rules, 2, askCase(db))) return answer;
  throw new Error(`no rule ${id}`);
}

const withoutOther = {
  'proc/8/stat': stat(8),
  'proc/8/links.list': links(4026531833),
  'proc/8/fd.list': '',
  'proc/9/stat': stat(9),
  'proc/net/tcp': TCP,
};

test('a listener in a network namespace that the earlier capture could not read is not judged, and the namespace is named', async () => {
  const answer = await asked('new-listener', { files: withoutOther, header: NOBODY }, { files: seesAll, records });
  expect(answer).toMatchObject({ result: 'clear', findings: [] });
  expect(answer.missing).toEqual([`net:[${OTHER}], of which capture 1 could not show the tables of TCP and UDP`]);
});

test('a listener in a network namespace that was made since is told', async () => {
  const { 'proc/9/stat': _, ...rest } = withoutOther;
  const answer = await asked('new-listener', { files: rest, header: HEADER }, { files: seesAll, records });
  expect(answer.findings.map(({ key }) => key)).toEqual(['new-listener:tcp|8081|/usr/bin/x']);
  expect(answer.missing).toEqual([]);
});

test('the same port in another namespace was no listener of this one', async () => {
  const before = { ...seesAll, 'proc/9/net/tcp': TCP, 'proc/net/tcp': listens(8081, 76) };
  const answer = await asked('new-listener', { files: before, header: HEADER, records }, { files: seesAll, records });
  expect(answer.findings).toHaveLength(1);
});

test('rules about processes are blind where the earlier capture ran in another pid namespace; those about files are not', async () => {
  const header = { ...HEADER, self: { namespaces: { net: '4026531833', pid: '4026532326', mnt: '4026531832', user: '4026531837' } } };
  const files = { ...seesAll, 'etc/passwd': 'root:x:0:0::/root:/bin/sh\n' };
  const answer = await asked('exe-became-deleted', { files, header, records }, { files, records });
  expect(answer.result).toBe('blind');
  expect(answer.missing.join()).toMatch(/^captures 1 and 2 ran in different pid namespaces \(4026532326 and 4026531836\)/);
  expect(await asked('new-account', { files, header, records }, { files, records })).toMatchObject({ result: 'clear', missing: [] });
});

test('what the earlier capture lacks is named with its number', async () => {
  const { 'proc/net/tcp': _, 'proc/9/net/tcp': __, ...before } = seesAll;
  const answer = await asked('new-listener', { files: before, header: HEADER }, { files: seesAll, records });
  expect(answer).toMatchObject({
    result: 'blind',
    missing: [expect.stringMatching(/^capture 1: the tables of TCP and UDP were not/), expect.anything()],
  });
});
