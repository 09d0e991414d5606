import { appendFileSync, chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coldstat } from '../support/run.ts';
import { type Scene, startScene } from '../support/scenario/scene.ts';

/**
 * The command lines that textbooks teach, each against captures of a host made as the books show it (textbook-host.py), and what the books say of
 * their output: columns, names, the connection two processes share, the ports behind RPC programs.
 */

let scene: Scene;
let db: string;

const RPCBIND = `cd / && mkdir -p /run/rpcbind
printf '%s\\n' 'udp tpi_clts v inet udp - -' 'tcp tpi_cots_ord v inet tcp - -' 'udp6 tpi_clts v inet6 udp - -' 'tcp6 tpi_cots_ord v inet6 tcp - -' \\
  'local tpi_cots_ord - loopback - - -' >/etc/netconfig
rpcbind`;

const ETC = {
  passwd: `_rpc:x:100:65534::/run/rpcbind:/usr/sbin/nologin
mysql:x:27:27::/:/bin/sh
www-data:x:33:33::/:/bin/sh
katie:x:1001:1001::/:/bin/sh
marianne:x:1002:1002::/:/bin/sh
carsten:x:1003:1003::/home/carsten:/bin/sh
tony:x:1004:1004::/:/bin/sh
`,
  services: `ftp 21/tcp
telnet 23/tcp
smtp 25/tcp mail
sunrpc 111/tcp portmapper
sunrpc 111/udp portmapper
ntp 123/udp
ipp 631/tcp
ipp 631/udp
ircd 6667/tcp
`,
  rpc: 'ypbind 100007\n',
};

const HOSTS = `127.0.0.1 localhost
192.0.2.10 myhost
192.0.2.20 client
192.0.2.22 server
192.0.2.25 venus.euao.com
192.0.2.67 nest.anthill.echid
192.0.2.80 ftp.gwdg.de
`;

beforeAll(async () => {
  scene = await startScene([]);
  const { host } = scene;
  for (const [name, text] of Object.entries(ETC)) appendFileSync(`${host.files}/etc/${name}`, text);
  writeFileSync(`${host.files}/etc/hosts`, HOSTS);
  const program = `${host.files}/srv/bin/textbook-host`;
  copyFileSync(join(import.meta.dirname, 'textbook-host.py'), program);
  writeFileSync(`${host.files}/srv/bin/textbook`, '#!/bin/sh\nexec /usr/bin/python3 /srv/bin/textbook-host\n');
  chmodSync(`${host.files}/srv/bin/textbook`, 0o755);
  const portmapper = host.run('/bin/sh', ['-c', RPCBIND]);
  expect(portmapper.code, portmapper.stderr + portmapper.stdout).toBe(0);
  await host.start('textbook', [], '/srv');
  db = join(scene.directory, 'case.db');
  for (const label of ['before', 'after']) {
    const { archive } = scene.capture(label, ['--with', 'rpcbind']);
    const loaded = coldstat(['load', archive, '-d', db]);
    expect(loaded.code, loaded.err).toBe(0);
  }
}, 60_000);
afterAll(async () => {
  await scene?.stop();
});

/** The lines of an answer. */
function ask(line: string, code = 0): string[] {
  const ran = coldstat([...line.split(' '), '--db', db, '--quiet-ledger']);
  expect(ran.code, ran.err).toBe(code);
  return ran.out.split('\n').slice(0, -1);
}

/** Rows of a listing with blanks made one, without its header. */
const rows = (lines: readonly string[]): string[] => lines.slice(1).map((line) => line.replace(/ +/g, ' ').trimEnd());
const grep = (lines: readonly string[], pattern: RegExp): string[] => lines.filter((line) => pattern.test(line));

describe('netstat', () => {
  test('--inet: connections without servers, ssh in and out, one of them shutting down', () => {
    const lines = ask('netstat --inet');
    expect(lines[0]).toBe('Active Internet connections (w/o servers)');
    expect(lines[1]).toBe('Proto Recv-Q Send-Q Local Address           Foreign Address         State      ');
    expect(grep(lines, /LISTEN/)).toEqual([]);
    expect(grep(lines, /^tcp +0 +0 myhost:ssh +client:3672 +ESTABLISHED *$/)).toHaveLength(1);
    expect(grep(lines, /^tcp +0 +0 myhost:\d+ +server:ssh +TIME_WAIT *$/)).toHaveLength(1);
    expect(grep(lines, /^tcp +0 +0 myhost:\d+ +ftp\.gwdg\.de:http +ESTABLISHED *$/)).toHaveLength(2);
    expect(grep(lines, /^tcp +0 +[1-9]\d* myhost:\d+ +venus\.euao\.com:smtp +ESTABLISHED/)).toHaveLength(1);
  });

  test.each(['', '--compat netstat=1.60 '])('%s--inet --listening: services by name, unknown ports by number', (profile) => {
    const any = profile === '' ? '0.0.0.0' : '*';
    const lines = ask(`netstat ${profile}--inet --listening`);
    expect(lines[0]).toBe('Active Internet connections (only servers)');
    const listed = lines.slice(2).map((line) => line.replace(/ +/g, ' ').trim());
    for (const name of ['ssh', 'http', '814', 'telnet', 'ipp']) expect(listed).toContain(`tcp 0 0 ${any}:${name} ${any}:* LISTEN`);
    for (const name of ['ntp', '811', 'ipp']) expect(listed).toContain(`udp 0 0 ${any}:${name} ${any}:*`);
    expect(grep(lines, /ESTABLISHED|unix/)).toEqual([]);
  });

  test('--inet --all is both, and -a has the unix sockets too', () => {
    const both = ask('netstat --inet --all');
    expect(both[0]).toBe('Active Internet connections (servers and established)');
    expect(ask('netstat --inet -a')).toEqual(both);
    expect(grep(both, /LISTEN/).length).toBeGreaterThan(10);
    expect(grep(both, /nest\.anthill\.echid:ircd ESTABLISHED/)).toHaveLength(1);
    expect(grep(both, /telnet/)).toHaveLength(1);
    expect(grep(both, /^unix/)).toEqual([]);
    const everything = ask('netstat -a');
    const unix = everything.indexOf('Active UNIX domain sockets (servers and established)');
    expect(everything[unix + 1]).toBe('Proto RefCnt Flags       Type       State         I-Node   Path');
    for (const path of ['/tmp/ksocket-carla/klaunchertDCh2b.slave-socket', 'private/smtp']) {
      expect(grep(everything.slice(unix), / 2 +\[ ACC \] +STREAM +LISTENING +\d+ +\S+$/).map((l) => l.split(/ +/).at(-1))).toContain(path);
    }
  });

  test('-p names processes, -e users; a shared connection is shown for one of its processes', () => {
    for (const line of ['netstat --inet -a -p', 'netstat --inet --all -p -e']) {
      const lines = ask(line);
      expect(lines[1]).toMatch(/ PID\/Program name {4}$/);
      expect(grep(lines, / \d+\/sshd +$/).map((l) => l.replace(/ +/g, ' ').split(' ')[3])).toEqual(['0.0.0.0:ssh', 'myhost:ssh']);
    }
    expect(grep(ask('netstat --inet --all -p -e'), /myhost:ssh .* ESTABLISHED root +\d+ +\d+\/sshd/)).toHaveLength(1);
  });

  test('-antup: numbers, processes, tcp before udp', () => {
    const lines = ask('netstat -antup');
    expect(lines[1]).toContain('State       PID/Program name');
    const listed = lines.slice(2).map((line) => line.replace(/ +/g, ' ').trim());
    for (const [address, program] of [
      ['0.0.0.0:32768', 'rpc.statd'],
      ['127.0.0.1:32769', 'xinetd'],
      ['0.0.0.0:199', 'snmpd'],
      ['0.0.0.0:22', 'sshd'],
      ['127.0.0.1:25', 'sendmail'],
    ]) {
      expect(grep(listed, new RegExp(`^tcp 0 0 ${address} 0\\.0\\.0\\.0:\\* LISTEN \\d+/${program}$`))).toHaveLength(1);
    }
    expect(grep(listed, /^udp 0 0 192\.0\.2\.10:161 0\.0\.0\.0:\* \d+\/snmpd$/)).toHaveLength(1);
    expect(grep(lines, /ssh|localhost|myhost:/).every((l) => /\/sshd? /.test(l))).toBe(true);
  });

  test('-an: no names; --numeric-hosts and --numeric-ports: one kind of them', () => {
    expect(grep(ask('netstat --inet -an'), /192\.0\.2\.10:22 +192\.0\.2\.20:3672 +ESTABLISHED/)).toHaveLength(1);
    expect(grep(ask('netstat --inet --numeric-hosts'), /192\.0\.2\.10:ssh +192\.0\.2\.20:3672/)).toHaveLength(1);
    expect(grep(ask('netstat --inet --numeric-ports'), /myhost:22 +client:3672/)).toHaveLength(1);
  });

  test('-a -c: one pass for each capture', () => {
    const lines = ask('netstat --inet -a -c');
    expect(grep(lines, /^=======/)).toHaveLength(2);
    expect(grep(lines, /^Active Internet connections \(servers and established\)$/)).toHaveLength(2);
    expect(grep(lines, /0\.0\.0\.0:telnet .*LISTEN/)).toHaveLength(2);
  });

  test('-i: interfaces with what they received, sent and lost', () => {
    const [title, head, ...lines] = ask('netstat --compat netstat=1.60 -i');
    expect(title).toBe('Kernel Interface table');
    expect(head?.split(/ +/)).toEqual('Iface MTU Met RX-OK RX-ERR RX-DRP RX-OVR TX-OK TX-ERR TX-DRP TX-OVR Flg'.split(' '));
    // A packet that finds no way out of a private host counts as dropped: how many is the kernel's affair.
    const counters = (l: string) =>
      l
        .replace(/ +/g, ' ')
        .replace(/\d+ (\d+ [A-Z]+)$/, 'D $1')
        .replace(/[1-9]\d+/g, 'N');
    expect(lines.map(counters)).toEqual(['eth0 N 0 N 0 0 0 N 0 D 0 BMRU', 'lo N 0 N 0 0 0 N 0 D 0 LRU']);
  });
});

describe('lsof', () => {
  test('without options: all files of all processes, the columns every text explains', () => {
    const lines = ask('lsof');
    expect(lines[0]).toMatch(/^COMMAND +PID +(TID +TASKCMD +)?USER +FD +TYPE +DEVICE +SIZE\/OFF +NODE +NAME$/);
    expect(
      rows(lines)
        .slice(0, 2)
        .map((l) => l.replace(/\d+,\d+|(?<= )\d+(?= )/g, 'N')),
    ).toEqual(['init N root cwd DIR N N N /', 'init N root rtd DIR N N N /']);
    for (const what of [/ mem +REG /, / txt +REG .*\/srv\/sbin\/sshd$/, / FIFO /, / unix /, / IPv4 .*\*:ssh \(LISTEN\)$/]) {
      expect(grep(lines, what).length).toBeGreaterThan(0);
    }
    expect(grep(grep(lines, /^wget/), /gwdg/).map((l) => l.replace(/ +/g, ' ').replace(/\d+/g, 'N'))).toEqual([
      'wget N carsten Nu IPvN N NtN TCP myhost:N->ftp.gwdg.de:http (ESTABLISHED)',
      'wget N carsten Nu IPvN N NtN TCP myhost:N->ftp.gwdg.de:ftp (ESTABLISHED)',
    ]);
  });

  test('-i lists the sockets of each process, and with -nP by number', () => {
    const named = rows(ask('lsof -i'));
    for (const end of ['UDP *:ntp', 'TCP *:ssh (LISTEN)', 'TCP localhost:smtp (LISTEN)', 'UDP myhost:161']) {
      expect(grep(named, new RegExp(` 0t0 ${end.replace(/[*()]/g, '\\$&')}$`))).toHaveLength(1);
    }
    const numbers = rows(ask('lsof -i -nP'));
    for (const [program, user, end] of [
      ['syslogd', 'root', 'UDP *:514'],
      ['sshd', 'root', 'TCP *:22 (LISTEN)'],
      ['mysqld', 'mysql', 'TCP *:3306 (LISTEN)'],
      ['snmpd', 'root', 'TCP *:199 (LISTEN)'],
      ['snmpd', 'root', 'UDP 192.0.2.10:161'],
    ]) {
      expect(numbers.filter((l) => l.startsWith(`${program} `) && l.includes(` ${user} `) && l.endsWith(` ${end}`))).toHaveLength(1);
    }
    expect(numbers.length).toBe(named.length);
  });

  test('-iTCP:ssh: every ssh connection, the shared one for both processes with one DEVICE', () => {
    const listed = rows(ask('lsof -iTCP:ssh')).map((l) => l.split(' '));
    expect(
      listed.map((cells) => [
        cells[0],
        cells[2],
        cells[3],
        cells
          .slice(7)
          .join(' ')
          .replace(/:\d{5}/, ':N'),
      ]),
    ).toEqual([
      ['sshd', 'root', '3u', 'TCP *:ssh (LISTEN)'],
      ['sshd', 'root', '4u', 'TCP myhost:ssh->client:3672 (ESTABLISHED)'],
      ['sshd', 'katie', '4u', 'TCP myhost:ssh->client:3672 (ESTABLISHED)'],
      ['ssh', 'marianne', '3u', 'TCP myhost:N->server:ssh (ESTABLISHED)'],
    ]);
    expect(listed[1]?.[5]).toBe(listed[2]?.[5]);
    expect(new Set(listed.map((cells) => cells[1])).size).toBe(4);
  });

  test('[TCP|UDP][@host][:port]: any part may be left out', () => {
    const names = (line: string): string[] => rows(ask(line)).map((l) => l.replace(/^.* 0t0 /, '').replace(/:\d{5}/, ':N'));
    expect(names('lsof -i:ftp')).toEqual(['TCP myhost:N->ftp.gwdg.de:ftp (ESTABLISHED)']);
    expect(names('lsof -i :80').sort()).toEqual(['TCP *:http (LISTEN)', ...Array(2).fill('TCP myhost:N->ftp.gwdg.de:http (ESTABLISHED)')]);
    expect(names('lsof -i@ftp.gwdg.de')).toHaveLength(4);
    expect(names('lsof -iUDP').every((name) => name.startsWith('UDP '))).toBe(true);
    expect(names('lsof -iTCP').every((name) => name.startsWith('TCP '))).toBe(true);
    expect(names('lsof -i6').length).toBe(3);
    expect(names('lsof -iTCP@client')).toEqual(Array(2).fill('TCP myhost:ssh->client:3672 (ESTABLISHED)'));
  });

  test('-s: states to keep and to leave out, in any case', () => {
    const states = (line: string): Set<string | undefined> => new Set(rows(ask(line)).map((l) => /\((\w+)\)$/.exec(l)?.[1]));
    expect(states('lsof -iTCP -sTCP:LISTEN,CLOSE_WAIT')).toEqual(new Set(['LISTEN', 'CLOSE_WAIT']));
    // Of sockets that have no TCP state, -sTCP says nothing; the live lsof drops those of UDP, which is its mistake.
    expect(states('lsof -i -sTCP:ESTABLISHED')).toEqual(new Set(['ESTABLISHED', undefined]));
    expect(states('lsof --strict -i -sTCP:ESTABLISHED')).toEqual(new Set(['ESTABLISHED']));
    expect(states('lsof -itcp -stcp:^close_wait')).toEqual(new Set(['LISTEN', 'ESTABLISHED']));
    expect(rows(ask('lsof -iTCP -sTCP:LISTEN,CLOSE_WAIT')).some((l) => / www-data 4u IPv4 \d+ 0t0 TCP \*:http \(LISTEN\)$/.test(l))).toBe(
      true,
    );
  });

  test('+M: names of RPC programs behind the ports, for every process that shares them', () => {
    const listed = rows(ask('lsof +M -iTCP:814 -iUDP:811')).map((l) => l.split(' '));
    const seen = listed.map((cells) => [cells[0], cells[2], cells[3], cells.slice(7).join(' ')]);
    const each = [
      ['ypbind', 'root', '6u', 'UDP *:811[ypbind]'],
      ['ypbind', 'root', '7u', 'TCP *:814[ypbind] (LISTEN)'],
    ];
    expect(seen).toEqual([...each, ...each, ...each, ...each]);
    expect(new Set(listed.map((cells) => cells[5])).size).toBe(2);
  });

  test('-a -c -u: both must fit; where it is, what it runs, what it has open and how', () => {
    const listed = rows(ask('lsof -a -c myprog -u tony')).map((l) => l.split(' '));
    expect(new Set(listed.map((cells) => `${cells[0]} ${cells[2]}`))).toEqual(new Set(['myprog tony']));
    const named = (fd: string): string | undefined => listed.find((cells) => cells[3] === fd)?.at(-1);
    expect(named('cwd')).toBe('/var/tmp');
    expect(named('rtd')).toBe('/');
    expect(named('txt')).toBe('/srv/sbin/myprog');
    expect(named('3r')).toBe('/var/tmp/foo');
    expect(named('4w')).toBe('/var/tmp/bar');
    expect(listed.at(-1)?.slice(3).join(' ')).toMatch(/^5u IPv4 \d+ 0t0 TCP myhost:\d+->ftp\.gwdg\.de:http \(ESTABLISHED\)$/);
    expect(listed.filter((cells) => cells[3] === 'mem' && /\/lib/.test(cells.at(-1) ?? '')).length).toBeGreaterThan(2);
    expect(ask('lsof -a -c myprog -u katie', 1)).toEqual([]);
  });

  test('-c, -p and -u alone', () => {
    const download = rows(ask('lsof -c wget'));
    expect(grep(download, / carsten cwd DIR .* \/home\/carsten$/)).toHaveLength(2);
    expect(grep(download, / 4w REG [\d,]+ 70000 \d+ \/home\/carsten\/KNOPPIX_V6\.4\.4CD-2011-01-30-DE\.iso$/)).toHaveLength(2);
    const pid = download[0]?.split(' ')[1];
    expect(rows(ask(`lsof -p ${pid}`))).toEqual(download.filter((l) => l.startsWith(`wget ${pid} `)));
    expect(new Set(rows(ask('lsof -u carsten')).map((l) => l.split(' ')[1]))).toEqual(new Set(download.map((l) => l.split(' ')[1])));
  });

  test('-n, -P and -l: no names of hosts, ports, users', () => {
    const [shared] = grep(rows(ask('lsof -n -iTCP:ssh')), /3672/);
    expect(shared).toMatch(/ TCP 192\.0\.2\.10:ssh->192\.0\.2\.20:3672 \(ESTABLISHED\)$/);
    expect(grep(rows(ask('lsof -P -iTCP:ssh')), / TCP myhost:22->client:3672 /)).toHaveLength(2);
    expect(rows(ask('lsof -l -c mysqld -a -i'))[0]).toMatch(/^mysqld \d+ 27 3u IPv4 /);
  });
});

describe('sockstat, pfiles, rpcinfo', () => {
  test('sockstat -cl without the unix sockets', () => {
    const lines = ask('sockstat -cl').filter((line) => !/stream|dgram/.test(line));
    expect(lines[0]).toBe('USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS      ');
    const listed = rows(lines).map((l) => l.replace(/ \d+ (?=\d+ (tcp|udp))/, ' '));
    for (const row of [
      'root sshd 4 tcp4 192.0.2.10:22 192.0.2.20:3672',
      'root syslogd 3 udp4 *:514 *:*',
      'root snmpd 3 tcp4 *:199 *:*',
      'root snmpd 4 udp4 192.0.2.10:161 *:*',
      'mysql mysqld 3 tcp4 *:3306 *:*',
    ]) {
      expect(listed).toContain(row);
    }
    const listening = rows(ask('sockstat -4 -l'));
    expect(grep(listening, /:22 192\.0\.2\.20/)).toEqual([]);
    expect(grep(listening, / \*:22 \*:\*$/)).toHaveLength(1);
  });

  test('pfiles of every process: its command, and the name of each socket below', () => {
    const lines = grep(ask('pfiles /proc/*'), /^[0-9]|sockname/);
    expect(lines.filter((line) => /^\d+:\t/.test(line)).length).toBe(ask('ps').length - 1);
    const of = (program: string): string[] => {
      const at = lines.findIndex((line) => /^\d+:\t/.test(line) && line.includes(program));
      const end = lines.findIndex((line, i) => i > at && /^\d/.test(line));
      return lines.slice(at + 1, end).map((line) => line.trim());
    };
    expect(of('snmpd')).toEqual(['sockname: AF_INET 0.0.0.0  port: 199', 'sockname: AF_INET 192.0.2.10  port: 161']);
    expect(of('sendmail')).toEqual([
      'sockname: AF_INET 127.0.0.1  port: 25',
      'sockname: AF_INET 0.0.0.0  port: 587',
      'sockname: AF_INET6 ::  port: 587',
    ]);
    expect(of('desktop')[1]).toBe('sockname: AF_UNIX private/smtp');
  });

  test('pfiles of one: rlimit, and of each descriptor mode, device, inode, owner, flags, names', () => {
    const [pid] = ask('lsof -t -c sendmail');
    const text = ask(`pfiles ${pid}`).join('\n');
    expect(text).toMatch(/^\d+:\t\/usr\/sbin\/sendmail .*\n {2}Current rlimit: \d+ file descriptors\n/);
    expect(text).toMatch(/\n {3}0: S_IFCHR mode:0666 dev:\d+,\d+ ino:\d+ uid:0 gid:0 rdev:1,3\n {6}O_RDWR/);
    expect(text).toMatch(/\n {3}6: S_IFSOCK mode:0777 dev:\d+,\d+ ino:\d+ uid:0 gid:0 size:0\n {6}O_RDWR FD_CLOEXEC\n\tSOCK_STREAM\n/);
    expect(text).toMatch(/sockname: AF_INET 127\.0\.0\.1 {2}port: 25\n/);
    expect(text).toMatch(/\n {3}7: S_IFREG mode:0600 dev:\d+,\d+ ino:\d+ uid:0 gid:0 size:33\n {6}O_WRONLY.*\n {6}\/run\/sendmail\.pid/);
    expect(text).toContain('(other socket options not captured)');
  });

  test('pfiles in the look of SystemTap: a server and its connection, keepalive where a timer shows it', () => {
    const [pid] = ask('lsof -t -c tcpserver');
    const text = ask(`pfiles --compat pfiles=stap ${pid}`).join('\n');
    expect(text).toMatch(/^ +\d+: tcpserver\.py\n/);
    expect(text).toMatch(/\n {3}3: S_IFSOCK mode:0777 dev:\d+,\d+ ino:(\d+) uid:0 gid:0 rdev:0,0\n {6}O_RDWR.*\n {6}socket:\[\1\]\n/);
    expect(text).toMatch(/sockname: AF_INET 0\.0\.0\.0 {2}port: 5000\n/);
    expect(text).toMatch(
      /SO_KEEPALIVE(?:.|\n)*sockname: AF_INET 127\.0\.0\.1 {2}port: 5000\n +peername: AF_INET 127\.0\.0\.1 {2}port: \d+/,
    );
  });

  test('pfiles in the look of illumos', () => {
    const [pid] = ask('lsof -t -c sendmail');
    const text = ask(`pfiles --compat pfiles=illumos ${pid}`).join('\n');
    expect(text).toMatch(/\n {3}6: S_IFSOCK mode:0777 .*\n {6}O_RDWR\|O_CLOEXEC\n/);
    expect(text).toMatch(/\/run\/sendmail\.pid\n {6}offset:33\n/);
  });

  test.each(['', ' localhost', ' myhost'])('rpcinfo -p%s: ports and programs', (host) => {
    const lines = grep(ask(`rpcinfo -p${host}`), /\b(port|81[14])\b/);
    expect(lines).toEqual([
      '   program vers proto   port  service',
      '    100007    2   udp    811  ypbind',
      '    100007    2   tcp    814  ypbind',
      '    100007    1   udp    811  ypbind',
      '    100007    1   tcp    814  ypbind',
    ]);
  });
});
