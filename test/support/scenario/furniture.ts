import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Furniture } from './private-host.ts';

const ROOT: string = join(import.meta.dirname, '../../..');

/** A made-up `/etc`: names that exist nowhere else, so that an answer cannot come from the machine's own files. */
const ETC: Readonly<Record<string, string>> = {
  hostname: 'web1\n',
  'machine-id': '5eed5eed5eed5eed5eed5eed5eed5eed\n',
  passwd: `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
shopkeeper:x:4711:4711:Runs the shop,,,:/srv/shop:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`,
  group: 'root:x:0:\ndaemon:x:1:\nshop:x:4711:shopkeeper\nnogroup:x:65534:\n',
  services: `# made up
ssh             22/tcp
domain          53/tcp
domain          53/udp
http            80/tcp          www
shop-front      8480/tcp
shop-front      8480/udp
shop-ledger     8481/tcp
`,
  protocols:
    'ip      0       IP\nicmp    1       ICMP\ntcp     6       TCP\nudp     17      UDP\nipv6-icmp 58    IPv6-ICMP\nudplite 136     UDPLite\nraw     255     RAW\n',
  rpc: 'portmapper      100000  portmap sunrpc\nnfs             100003  nfsprog\n',
  hosts:
    '127.0.0.1       localhost\n::1             localhost ip6-localhost\n192.0.2.10      web1.shop.example web1\n198.51.100.5    ledger.shop.example ledger\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\nrpc: files\n',
  'resolv.conf': '',
  'os-release': 'NAME="Test host"\nID=test\nVERSION_ID="1"\nPRETTY_NAME="Test host 1"\n',
};

/** What of the kernel would tell of this machine and not of the made-up one. */
const KERNEL: Readonly<Record<string, string>> = {
  version: readFileSync('/proc/version', 'latin1').replace(/\(\S+@\S+\)/, '(builder@example)'),
  cmdline: 'BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet\n',
  'sys/kernel/random/boot_id': 'b007b007-b007-4007-8007-b007b007b007\n',
};

function under(directory: string, texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [`${directory}/${path}`, text]));
}

/** A package and everything it needs at run time, by name. */
function closure(name: string, seen: Set<string>): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  for (const dependency of Object.keys(dependencies)) closure(dependency, seen);
  return seen;
}

/** `/etc`, what covers the kernel's words about the machine, and Node. */
export function bareFurniture(): Required<Furniture> {
  return { texts: { ...under('etc', ETC), ...under('proc-overlay', KERNEL) }, copies: { 'opt/node/bin/node': process.execPath } };
}

/** What the capture program needs at run time: path below its own directory to path here. */
export function captureModules(): Record<string, string> {
  const needed = [...closure('@coldstat/capture', new Set())].filter((name) => name !== '@coldstat/capture');
  return Object.fromEntries(needed.map((name) => [`node_modules/${name}`, join(ROOT, 'node_modules', name)]));
}

/** What calls the C library for `--netlink` and `--sockopt` where Node itself cannot. */
export function koffiModules(): Record<string, string> {
  const platform = `@koromix/koffi-linux-${process.arch}`;
  return Object.fromEntries(['koffi', platform].map((name) => [`node_modules/${name}`, join(ROOT, 'node_modules', name)]));
}

/** With the capture program from source, started by `/opt/coldstat/capture.mjs`. */
export function furniture(): Furniture {
  const { texts, copies } = bareFurniture();
  const program = {
    'packages/capture/src': join(ROOT, 'packages/capture/src'),
    'packages/capture/package.json': join(ROOT, 'packages/capture/package.json'),
    ...captureModules(),
    ...koffiModules(),
  };
  return {
    texts: { ...texts, 'opt/coldstat/capture.mjs': "import { main } from './packages/capture/src/cli.ts';\n\nawait main();\n" },
    copies: { ...copies, ...under('opt/coldstat', program) },
  };
}
