import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blocksBetween } from './address.ts';
import { meaningByForm } from './by-form.ts';
import { refang } from './meaning.ts';

const MORE = ': one indicator a line; tables by --as csv, what is really so by a type, as in name:TEXT or path:TEXT';

function kinds(text: string): string {
  const meaning = meaningByForm(refang(text));
  if ('reason' in meaning) return `refused: ${meaning.reason}`;
  return meaning.alternatives
    .map((terms) => terms.map((t) => ('text' in t ? `${t.kind} ${t.text}` : t.kind === 'port' ? `port ${t.port}` : t.kind)).join(' + '))
    .join(' | ');
}

test('a range is the blocks that hold its addresses and no others', () => {
  const blocks = (text: string): string[] => {
    const meaning = meaningByForm(text);
    return 'reason' in meaning ? [] : meaning.alternatives.map(([term]) => (term?.kind === 'block' ? `${term.base}/${term.bits}` : ''));
  };
  expect(blocks('0.0.0.9-0.0.0.20')).toEqual(['9/32', '10/31', '12/30', '16/30', '20/32']);
  expect(blocks('0.0.0.0-255.255.255.255')).toEqual(['0/0']);
  expect(blocks('::7-::8')).toEqual(['7/128', '8/128']);
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(1 << 20), (first, more) => {
      const last = Math.min(first + more, 0xffffffff);
      let at = first;
      for (const { base, bits } of blocksBetween(first, last)) {
        expect(base).toBe(at);
        at += 2 ** (32 - bits);
      }
      expect(at).toBe(last + 1);
    }),
  );
});

test.each([
  ['1.2.3.4', 'address'],
  ['1[.]2[.]3[.]4', 'address'],
  ['1(dot)2{.}3[dot]4', 'address'],
  ['2001:db8::1', 'address'],
  ['198.51.100.0/24', 'block'],
  ['1.2.3.4:443', 'address + port 443'],
  ['[2001:db8::1]:443', 'address + port 443'],
  ['4444', 'port 4444'],
  ['port:4444', 'port 4444'],
  ['tcp/4444', 'port 4444 + protocol tcp'],
  ['tcp:4444', 'port 4444 + protocol tcp'],
  ['53/udp', 'port 53 + protocol udp'],
  ['evil.example', 'domain evil.example | name evil.example | file evil.example'],
  ['EVIL[.]example.', 'domain evil.example | name EVIL.example. | file EVIL.example.'],
  ['*.evil.example', 'domain evil.example | name-glob *.evil.example | file-glob *.evil.example'],
  ['hostname:evil.example', 'host evil.example'],
  ['evil.example:8080', 'domain evil.example + port 8080'],
  ['hxxps://user@evil[.]example/a?b', 'host evil.example'],
  ['hxxp://1.2.3[.]4:8080/x', 'address + port 8080'],
  ['http[:]//evil.example', 'host evil.example'],
  ['evil.example/path', 'domain evil.example'],
  ['m\u00fcller.example', 'domain xn--mller-kva.example | name m\u00fcller.example | file m\u00fcller.example'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'other-hash d41d8cd98f00b204e9800998ecf8427e'],
  ['/tmp/.x/*', 'path-glob /tmp/.x/*'],
  ['/tmp/x', 'path /tmp/x'],
  ['xmrig', 'name xmrig | file xmrig'],
  ['name:kw?rker*', 'name-glob kw?rker* | file-glob kw?rker*'],
  ['user:backup', 'user backup'],
  ['command: nc -e /bin/sh', 'command nc -e /bin/sh'],
  ['1.2.3', 'refused: looks like an address and is none'],
  ['1.2.3.4/33', 'refused: is no block of addresses such as 198.51.100.0/24'],
  ['a@b.example', 'refused: mail addresses are in no capture'],
  ['nc -e', 'refused: has blanks: say what it is, as in command:TEXT or path:TEXT'],
  ['70000', 'refused: is no port from 1 to 65535'],
  ['abcdef0123456789abcdef0123456789ab', 'refused: is no MD5, SHA-1, SHA-256 or SHA-512 by its length'],
  ['md5:xyz', 'refused: is no hash in hexadecimal'],
  ['C:\\x', 'refused: is neither an address nor one of the types before a colon'],
  // As they are cut out of other texts.
  ['1.2.3.4,', 'address'],
  ['"1.2.3.4"', 'address'],
  ["'1.2.3.4';", 'address'],
  ['<http://evil.example/>,', 'host evil.example'],
  ['(1.2.3.4)', 'address'],
  ['(sd-pam)', 'name (sd-pam) | file (sd-pam)'],
  ['1.2.3.4.', 'address'],
  ['1.2.3.4/', 'address'],
  ['1.2.3.4/x.sh', 'address'],
  ['1.2.3.4:8080/x.sh', 'address + port 8080'],
  ['[2001:db8::10]', 'address'],
  ['[1.2.3.4]', 'address'],
  ['1.2.3.4|443', 'address + port 443'],
  ['2001:db8::1|443', 'address + port 443'],
  ['evil.example|443', 'domain evil.example + port 443'],
  ['1.2.3[.4', 'address'],
  ['"xmrig",', 'name xmrig | file xmrig'],
  ['"/tmp/x"', 'path /tmp/x'],
  ['::ffff:1.2.3.4', 'address'],
  ['D41D8CD98F00B204E9800998ECF8427E,', 'other-hash d41d8cd98f00b204e9800998ecf8427e'],
  // Blocks by other forms.
  ['1.2.3.*', 'block'],
  ['1.2.*.*', 'block'],
  ['1.2.3.9-1.2.3.12', 'block | block | block'],
  ['1.2.3.9 - 10', 'block | block'],
  ['2001:db8::-2001:db8::ffff', 'block'],
  ['*.so', 'domain so | name-glob *.so | file-glob *.so'],
  // What begins as an address and is none is no name.
  ['1.2.3.4;evil.example', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.4,2020-01-01,c2', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.4#x', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.?', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.*.4', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.x', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.0/24:443', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['1.2.3.9-1.2.3.4', 'refused: is no range of addresses: its end is not behind its beginning'],
  ['http://1.2.3/x', 'refused: is a URL without a host name or address'],
  ['ip:1.2.3.4;x', 'refused: is no address'],
  ['4.3.2.1.in-addr.example', 'domain 4.3.2.1.in-addr.example | name 4.3.2.1.in-addr.example | file 4.3.2.1.in-addr.example'],
  ['1,2,3,4', `refused: has ,${MORE}`],
  ['evil.example;1.2.3.4', `refused: has ;${MORE}`],
  ['ip=1.2.3.4', `refused: has =${MORE}`],
  ['/tmp/x,/tmp/y', `refused: has ,${MORE}`],
  ['path:/tmp/x,y', 'path /tmp/x,y'],
  ['http://a.example/x|http://b.example/y', `refused: has |${MORE}`],
  ['2020-01-01', 'refused: is a date'],
  ['{1.2.3.4}', 'refused: begins as an address, but is no address, ADDRESS:PORT, block or range'],
  ['-1.2.3.4', 'refused: looks like an address and is none'],
  ['\u201c1.2.3.4\u201d', 'address'],
  ['1.2.3.4\u200b', 'address'],
  ['.evil.example', 'domain evil.example | name .evil.example | file .evil.example'],
  ['libx.so.1.2.3.4', 'domain libx.so.1.2.3.4 | name libx.so.1.2.3.4 | file libx.so.1.2.3.4'],
  ['', 'refused: is empty'],
  ...['ip', 'IP_address', 'indicator', 'SHA256'].map((text) => [text, 'refused: is a word for a type: of a process or file say name:TEXT']),
  ['name:ip', 'name ip | file ip'],
  ['","', 'refused: is empty'],
  ['name:*', 'name-glob * | file-glob *'],
  ...['*', '...', '0xcb007109', 'AS64500', 'CVE-2021-44228', '1\u20242\u20243\u20244'].map((text) => [
    text,
    'refused: is a number or sign: say what it is, as in name:TEXT',
  ]),
  ['3405803785', 'refused: is no port from 1 to 65535'],
])('%s', (text, meaning) => {
  expect(kinds(text)).toBe(meaning);
});
