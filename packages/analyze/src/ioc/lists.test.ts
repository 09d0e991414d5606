import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, isUnread } from './indicator.ts';
import { type ListForm, readList } from './read-list.ts';
import { Lists } from './read-lists.ts';
import { parsePattern } from './stix-pattern.ts';

function read(text: string, name = 'list', form: ListForm | null = null, onlyToIds = false): Entry[] {
  return [...readList(Buffer.from(text), name, { form, onlyToIds, withheld: () => {}, columns: () => {} })];
}

/** `PLACE TYPE TEXT` of what is understood, `PLACE ! REASON` of the rest. */
function told(entries: readonly Entry[]): string[] {
  return entries.map((e) => (isUnread(e) ? `${e.place} ! ${e.reason}` : `${e.indicator.place} ${e.indicator.type} ${e.indicator.text}`));
}

test('a plain list: comments, what is said behind an indicator, what is not understood with its line', () => {
  const entries = read('# head\n\n1[.]2.3.4  # c2 of the case\r\nnot an indicator\n5.6.7.8');
  expect(told(entries)).toEqual([
    '3 address 1.2.3.4',
    '4 ! has blanks: say what it is, as in command:TEXT or path:TEXT',
    '5 address 5.6.7.8',
  ]);
  expect(entries[0]).toMatchObject({ indicator: { about: 'c2 of the case', list: 'list' } });
});

test('every line of a plain list is a comment, an indicator or told as not understood', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => {
      const clean = lines.map((line) => line.replaceAll(/[\n\r]/g, ''));
      const said = clean.filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
      expect(read(clean.join('\n'), 'list', 'text')).toHaveLength(said.length);
    }),
  );
});

test.each([
  [
    'type,value,comment\nip-dst,1.2.3.4,bad\nmd4,abc,\ndomain,evil.example,"a ""b"", c"',
    ['2 address 1.2.3.4', '3 ! the type md4 is not known', '4 host evil.example'],
  ],
  [
    'ip;domain;sha1\n1.2.3.4;evil.example;\n;;da39a3ee5e6b4b0d3255bfef95601890afd80709',
    ['2 address 1.2.3.4', '2 host evil.example', '3 sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ],
  ['1.2.3.4,host of the case\nevil.example,x', ['1 address 1.2.3.4', '2 host or name evil.example']],
  ['ip,1.2.3.4\nport,4444', ['1 address 1.2.3.4', '2 port 4444']],
  ['indicator\ttype\n1.2.3.4\t\n\tip', ['2 address 1.2.3.4', '3 ! has no value']],
  ['value,comment\n1.2.3.4,"never closed\n5.6.7.8,x\n', ['2 address 1.2.3.4', '3 address 5.6.7.8']],
  ['value,comment\n1.2.3.4,"two\nlines"\n5.6.7.8,x\n', ['2 address 1.2.3.4', '4 address 5.6.7.8']],
])('CSV %#', (text, entries) => {
  expect(told(read(text, 'a.csv'))).toEqual(entries);
});

test('CSV is known by its header without its name, a plain list with commas is not taken for one', () => {
  expect(told(read('type,value\nip,1.2.3.4'))).toEqual(['2 address 1.2.3.4']);
  expect(told(read('1.2.3.4, 5.6.7.8'))).toEqual(['1 ! has blanks: say what it is, as in command:TEXT or path:TEXT']);
});

const stix = (...patterns: readonly string[]): string =>
  JSON.stringify({
    type: 'bundle',
    objects: [
      { type: 'malware', name: 'x' },
      ...patterns.map((pattern, i) => ({ type: 'indicator', id: `indicator--${i}`, name: `n${i}`, pattern_type: 'stix', pattern })),
    ],
  });

/** Alternatives as text. */
function alternatives(pattern: string): string {
  const parsed = parsePattern(pattern);
  if ('reason' in parsed) return `! ${parsed.reason}`;
  return parsed
    .map((a) =>
      'reason' in a
        ? `! ${a.reason}`
        : a
            .map((t) =>
              `${t.kind}${t.end === undefined ? '' : `@${t.end}`} ${'text' in t ? t.text : t.kind === 'port' ? t.port : ''}`.trim(),
            )
            .join(' + '),
    )
    .join(' | ');
}

test.each([
  ["[ipv4-addr:value = '1.2.3.4']", 'address'],
  ["[ipv4-addr:value = '198.51.100.0/24' OR ipv6-addr:value = '2001:db8::1']", 'block | address'],
  ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", 'block'],
  ["[ipv4-addr:value IN ('1.2.3.4', '5.6.7.8')]", 'address | address'],
  ["[domain-name:value = 'Evil.example']", 'host evil.example'],
  ["[url:value = 'https://evil.example:8443/x']", 'host@dst evil.example + port@dst 8443'],
  [
    "[file:hashes.'SHA-256' = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855']",
    'hash e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ],
  [
    "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' OR file:name = 'a.out']",
    'other-hash d41d8cd98f00b204e9800998ecf8427e | file a.out',
  ],
  ["[process:name = 'x' AND (process:command_line = 'x -y' OR user-account:user_id = '0')]", 'name x + command x -y | name x + user 0'],
  ["[network-traffic:dst_ref.value = '1.2.3.4' AND network-traffic:dst_port = 443]", 'address@dst + port@dst 443'],
  [
    "[network-traffic:protocols[*] = 'tcp' AND network-traffic:src_port IN (1, 2)]",
    'protocol tcp + port@src 1 | protocol tcp + port@src 2',
  ],
  ["([process:name = 'a'] OR [process:name = 'it\\'s']) OR [file:name = '/tmp/x']", "name a | name it's | path /tmp/x"],
  ["[file:name = '*']", 'file *'],
  ["[process:name LIKE 'a%']", '! LIKE with process:name: only = and IN, and ISSUBSET of addresses'],
  ["[process:name != 'a']", '! != with process:name: only = and IN, and ISSUBSET of addresses'],
  ["[process:name NOT = 'a']", '! NOT with process:name'],
  ["[process:name = 'a'] AND [process:name = 'b']", '! AND between observations asks for more than one row'],
  ["[process:name = 'a'] FOLLOWEDBY [process:name = 'b']", '! FOLLOWEDBY between observations asks for more than one row'],
  ["[process:name = 'a'] WITHIN 5 SECONDS", '! WITHIN: a capture is one moment and counts nothing'],
  ["[process:name = 'a' AND ipv4-addr:value = '1.2.3.4']", '! AND of a connection and a process or file is not in one row'],
  ["[process:pid = 5 OR process:name = 'a']", '! process:pid is not among what coldstat looks for | name a'],
  [
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.9/32' AND network-traffic:dst_port = 443]",
    'block@dst + port@dst 443',
  ],
  ["[network-traffic:src_ref.value = '2001:db8::1' AND network-traffic:src_ref.type = 'ipv6-addr']", 'address@src'],
  ["[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'evil.example']", 'host@dst evil.example'],
  [
    "[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '203.0.113.9']",
    '! network-traffic:dst_ref.value is no ipv6-addr, as its type says',
  ],
  [
    "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '203.0.113.9']",
    '! network-traffic:dst_ref.type is understood only beside network-traffic:dst_ref.value',
  ],
  [
    "[network-traffic:dst_ref.type = 'ipv4-addr']",
    '! network-traffic:dst_ref.type is understood only beside network-traffic:dst_ref.value',
  ],
  ["[network-traffic:dst_ref.type != 'ipv4-addr']", '! != with network-traffic:dst_ref.type: only = and IN, and ISSUBSET of addresses'],
  ["[windows-registry-key:key = 'a']", '! windows-registry-key:key is not among what coldstat looks for'],
  ["[process:name = 'a'", '! ] is missing'],
  ["process:name = 'a'", '! an observation begins with ['],
  ['[process:name = "a"]', '! the pattern cannot be read at character 16'],
  ["[ipv4-addr:value = '1.2.3']", '! 1.2.3 is no address'],
  [`[${'('.repeat(60)}process:name = 'a'${')'.repeat(60)}]`, '! has too many parentheses in each other'],
])('STIX %s', (pattern, meaning) => {
  expect(alternatives(pattern)).toBe(meaning);
});

test('patterns of any text are read or refused', () => {
  const word = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    'AND',
    'OR',
    'NOT',
    '=',
    'IN',
    "'a'",
    '5',
    'process:name',
    'file:name',
    ',',
    'FOLLOWEDBY',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (text) => void parsePattern(text),
    ),
  );
});

test('a bundle: parts that are not understood are told beside those that are, revoked and foreign patterns too', () => {
  const entries = read(stix("[process:pid = 5 OR process:name = 'a']", '[process:pid = 5]'));
  expect(told(entries)).toEqual([
    'indicator--0 ! in part: process:pid is not among what coldstat looks for',
    "indicator--0 pattern [process:pid = 5 OR process:name = 'a']",
    'indicator--1 ! process:pid is not among what coldstat looks for',
  ]);
  const odd = {
    type: 'bundle',
    objects: [
      { type: 'indicator', id: 'i', pattern: 'rule x {}', pattern_type: 'yara' },
      { type: 'indicator', id: 'j', revoked: true, pattern: '[]' },
      { type: 'indicator', id: 'k' },
    ],
  };
  expect(told(read(JSON.stringify(odd)))).toEqual(['i ! is a pattern of yara, not of STIX', 'j ! was revoked', 'k ! has no pattern']);
});

test('an event of MISP: attributes, those of objects, pairs, what is not for detection', () => {
  const attribute = (type: string, value: string, to_ids = true): object => ({ uuid: type, type, value, to_ids, comment: 'c' });
  const event = {
    Event: {
      info: 'the event',
      Attribute: [
        attribute('ip-dst', '1.2.3.0/24'),
        attribute('ip-dst|port', '1.2.3.4|443'),
        attribute('domain|ip', 'evil.example|5.6.7.8', false),
        attribute('yara', 'rule x'),
      ],
      Object: [{ Attribute: [attribute('filename|md5', 'a.out|d41d8cd98f00b204e9800998ecf8427e'), attribute('sha256', 'zz')] }],
    },
  };
  const entries = read(JSON.stringify({ response: [event] }));
  expect(told(entries)).toEqual([
    'ip-dst ip-dst 1.2.3.0/24',
    'ip-dst|port ip-dst|port 1.2.3.4|443',
    'domain|ip domain|ip evil.example|5.6.7.8',
    'yara ! attributes of the type yara are not looked for',
    'filename|md5 filename|md5 a.out|d41d8cd98f00b204e9800998ecf8427e',
    'sha256 ! as sha256: is no hash in hexadecimal',
  ]);
  expect(entries[1]).toMatchObject({
    alternatives: [
      [
        { kind: 'address', end: 'dst' },
        { kind: 'port', end: 'dst' },
      ],
    ],
    indicator: { about: 'c; the event' },
  });
  expect(told(read(JSON.stringify(event), 'list', null, true))).not.toContain('domain|ip domain|ip evil.example|5.6.7.8');
});

test('what is none of the forms is said at once', () => {
  expect(() => read('{"a": 1}')).toThrow('list: is JSON, but neither a bundle of STIX nor an event of MISP');
  expect(() => read('{"a": ')).toThrow('list: is no JSON');
  expect(() => read('[]', 'list', 'stix')).toThrow('no bundle of STIX');
  expect(told(read('[2001:db8::1]:443'))).toEqual(['1 address and port [2001:db8::1]:443']);
  expect(
    told([
      ...readList(Buffer.from('\ufeff1.2.3.4', 'utf16le'), 'list', { form: null, onlyToIds: false, withheld: () => {}, columns: () => {} }),
    ]),
  ).toEqual(['1 address 1.2.3.4']);
  expect(
    told([...readList(Buffer.from([0x61, 0xff]), 'list', { form: null, onlyToIds: false, withheld: () => {}, columns: () => {} })]),
  ).toEqual(['1 ! is no UTF-8']);
});

test('addresses that many hosts have are told by kind, with the first', () => {
  const lists = new Lists();
  lists.add(read('10.0.0.1\n10.0.0.2\n127.0.0.1\n8.8.8.8\n0.0.0.0/0\nfe80::1'));
  expect([...lists.odd].map(([kind, { n, first }]) => `${kind} ${n} ${first}`)).toEqual([
    'private 2 10.0.0.1',
    'loopback 1 127.0.0.1',
    'every address 1 0.0.0.0/0',
    'link-local 1 fe80::1',
  ]);
});

test('patterns that begin and end with a wildcard are held to a number', () => {
  const lists = new Lists();
  lists.add(read(Array.from({ length: 1001 }, (_, i) => `path:*x${i}*`).join('\n')));
  expect(lists.unread).toMatchObject([{ place: 1001 }]);
});
