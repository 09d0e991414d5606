import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Columns } from './csv-plan.ts';
import { type Entry, isUnread } from './indicator.ts';
import { readList } from './read-list.ts';

function read(text: string | Buffer, name = 'a.csv'): { readonly entries: Entry[]; readonly columns: string } {
  let columns = 'no table';
  const said = ({ read: of, about, left }: Columns): void => {
    columns = [of, about, left].map((names) => names.join(', ')).join(' / ');
  };
  const entries = [...readList(Buffer.from(text), name, { form: null, onlyToIds: false, withheld: () => {}, columns: said })];
  return { entries, columns };
}

/** `LINE MEANING` of every entry, `LINE ! REASON` of what is not understood. */
function told(entries: readonly Entry[]): string[] {
  return entries.map((entry) =>
    isUnread(entry)
      ? `${entry.place} ! ${entry.reason}`
      : `${entry.indicator.place} ${entry.alternatives
          .map((terms) => terms.map((t) => `${t.kind}${t.kind === 'port' ? ` ${t.port}` : ''}`).join(' + '))
          .join(' | ')}`,
  );
}

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test.each([
  ['first_seen,dst_ip,dst_port\n2021-01-17,203.0.113.9,443\n', ['2 address + port 443'], 'dst_ip with dst_port /  / first_seen'],
  ['date,source,ip_address,asn\n2020-01-01,x,203.0.113.9,AS1\n', ['2 address'], 'ip_address /  / date, source, asn'],
  [
    '# Feodo\r\n"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"\r\n"2021-01-17 07:44:46","203.0.113.9","443","online","2023-04-24","Emotet"\r\n',
    ['3 address + port 443'],
    'dst_ip with dst_port / malware / first_seen_utc, c2_status, last_online',
  ],
  ['\ufeff# Firstseen,DstIP,DstPort\n2021-01-17 10:00:00,203.0.113.9,443\n', ['2 address + port 443'], 'DstIP with DstPort /  / Firstseen'],
  [
    '# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n"443","2021","http://203.0.113.9/x.sh","online","","t","a,b","https://feed.example/443","me"\n',
    ['2 address'],
    'url / threat, tags, urlhaus_link / id, dateadded, url_status, last_online, reporter',
  ],
  ['# a feed\n"443","2021-01-01","http://203.0.113.9/x.sh"\n', ['2 address'], 'column 3 / column 1, column 2 / '],
  [
    `# "first_seen_utc","ioc_id","ioc_value","ioc_type","tags"\n"2021", "1", "203.0.113.9:443", "ip:port", "a,b"\n"2021", "2", "${SHA256}", "sha256_hash", ""\n`,
    ['2 address + port 443', '3 hash'],
    'ioc_value by ioc_type / tags / first_seen_utc, ioc_id',
  ],
  [
    `Indicator type,Indicator\nIPv4,203.0.113.9\nFileHash-SHA256,${SHA256.toUpperCase()}\n`,
    ['2 address', '3 hash'],
    'Indicator by Indicator type /  / ',
  ],
  [
    `type,value,to_ids\nip-dst|port,203.0.113.9|443,1\nfilename|sha256,x|${SHA256},1\n`,
    ['2 address + port 443', '3 file', '3 hash'],
    'value by type /  / to_ids',
  ],
  ['203.0.113.9,2020-01-01,"c2, x"\n198.51.100.3,2020-01-01,y\n', ['1 address', '2 address'], 'column 1 / column 2, column 3 / '],
  ['when,c2server\nthen,203.0.113.9\nthen,evil.example\n', ['2 address', '3 domain | name | file'], 'c2server /  / when'],
  [
    '203.0.113.9,443\nEmotet,443\n198.51.100.3,443\n',
    ['1 address', `2 ! is no address, host name, hash, URL or path; its column has no type`, '3 address'],
    'column 1 / column 2 / ',
  ],
  ['port,comment\n4444,x\n', ['2 port 4444'], 'port / comment / '],
  ['process,xmrig\nport,4444\n', ['1 name', '2 port 4444'], 'column 2 by column 1 /  / '],
  ['xmrig\n443\n', ['1 name | file', '2 ! is a bare number: of ports, say port in the header or type'], 'column 1 /  / '],
  ['a,b\n443,x\n', ['1 ! no column of the table is known', '2 ! no column of the table is known'], ' / column 1, column 2 / '],
  [
    'indicator,port\nevil.example,443\nxmrig,443\n',
    ['2 domain + port 443', '3 name | file', '3 ! is a port without an address or host beside it'],
    'indicator with port /  / ',
  ],
  [
    'ip,domain,port\n,evil.example,8080\n203.0.113.9,,\n,,53\n-,-,-\n1.2.3.4,,99999\n',
    [
      '2 domain + port 8080',
      '3 address',
      '4 ! is a port without an address or host beside it',
      '5 ! has no value',
      '6 address',
      '6 ! as port: is no port from 1 to 65535',
    ],
    'ip with port, domain with port /  / ',
  ],
  [
    'src_ip,src_port,dst_ip,dst_port\n10.0.0.1,1,203.0.113.9,443\n',
    ['2 address + port 1', '2 address + port 443'],
    'src_ip with src_port, dst_ip with dst_port /  / ',
  ],
  ['url,port\nhttp://evil.example:81/,80\nhttp://evil.example/,80\n', ['2 host + port 81', '3 host + port 80'], 'url with port /  / '],
])('a table as feeds have it %#', (text, entries, columns) => {
  const found = read(text);
  expect(told(found.entries)).toEqual(entries);
  expect(found.columns).toBe(columns);
});

test('a feed is known as a table by its header or the comment that is one, whatever its name', () => {
  for (const text of ['first_seen,dst_ip\n2021,203.0.113.9\n', '# a feed\n# first_seen,dst_ip\n2021,203.0.113.9\n'])
    expect(told(read(text, 'list.txt').entries)).toEqual([`${text.split('\n').length - 1} address`]);
  expect(read('203.0.113.9\n# ip, and more\nevil.example\n', 'list.txt').columns).toBe('no table');
});

test('UTF-16 with its mark, either way round', () => {
  const little = Buffer.from('\ufeffip,port\n203.0.113.9,443\n', 'utf16le');
  for (const bytes of [little, Buffer.from(little).swap16()]) expect(told(read(bytes).entries)).toEqual(['2 address + port 443']);
});

test('every row is an indicator or told as not understood', () => {
  const cell = fc.constantFrom(
    '203.0.113.9',
    '443',
    '',
    '-',
    'evil.example',
    'ip',
    'port',
    'date',
    'indicator',
    'type',
    'x y',
    SHA256,
    'http://a.example/',
    '2020-01-01',
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 }), (rows) => {
      const { entries, columns } = read(rows.map((row) => row.join(',')).join('\n'));
      const lines = new Set(entries.map((entry) => (isUnread(entry) ? entry.place : entry.indicator.place)));
      const header = rows.length > 0 && !lines.has(1) ? 1 : 0;
      // A first row that is left out is a header, of which each column is named.
      if (header === 1) expect(rows[0]?.every((word) => columns.includes(word.trim()))).toBe(true);
      expect(lines.size + header).toBe(rows.length);
    }),
  );
});
