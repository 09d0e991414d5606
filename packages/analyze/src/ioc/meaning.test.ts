import { expect, test } from 'vitest';
import { meaningByForm, refang } from './meaning.ts';

function kinds(text: string): string {
  const meaning = meaningByForm(refang(text));
  if ('reason' in meaning) return `refused: ${meaning.reason}`;
  return meaning.alternatives
    .map((terms) => terms.map((t) => ('text' in t ? `${t.kind} ${t.text}` : t.kind === 'port' ? `port ${t.port}` : t.kind)).join(' + '))
    .join(' | ');
}

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
  ['*.evil.example', 'domain evil.example'],
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
])('%s', (text, meaning) => {
  expect(kinds(text)).toBe(meaning);
});
