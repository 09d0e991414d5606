import { parsePack } from '@coldstat/capture/archive';
import { type DeviceCounters, parseDev } from '../procfs/net-dev.ts';
import { decimalOf, prefixedHexOf } from '../procfs/number.ts';
import { countLines } from '../procfs/whole.ts';
import type { Value } from '../render/value.ts';
import { bytesValue, u64Value } from './bytes.ts';
import type { Feed, FeedEntry, Load } from './feed.ts';
import { netPath } from './net-path.ts';
import { eachFrame } from './pack-lines.ts';

/** What one interface has of /sys/class/net. */
interface Told {
  readonly sourceId: number;
  readonly line: number;
  ifindex: number | null;
  mtu: number | null;
  flags: number | null;
  address: Buffer | null;
  operstate: string | null;
  type: number | null;
  tx_queue_len: number | null;
}

/** net/core/net-sysfs.c operstates. */
const OPERSTATES: ReadonlySet<string> = new Set(['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up']);

/** Bodies of a capture that make one table together: the counters of every namespace, and /sys/class/net. Names are latin1. */
interface State {
  readonly devices: { readonly entry: FeedEntry; readonly own: boolean; readonly counters: DeviceCounters }[];
  readonly told: Map<string, Told>;
  /** Directories of /sys/class/net, also those that told nothing; null while no list of them was read to its end. */
  listed: Set<string> | null;
  /** Passes whose net/dev of the capture's own namespace was read to its end. */
  readonly whole: Set<FeedEntry['pass']>;
}

const LF = 0x0a;
const NONE: readonly null[] = new Array<null>(16).fill(null);

function state(load: Load): State {
  return load.shared(
    'interfaces',
    () => ({ devices: [], told: new Map(), listed: null, whole: new Set() }),
    (s) => finish(s, load),
  );
}

/**
 * Whether /sys/class/net is of another network namespace than net/dev: a mount of sysfs shows that of whoever mounted it (net/core/net-sysfs.c,
 * net_grab_current_ns), and `unshare -n` or `nsenter -n` leave the mount. Names prove it that are in sysfs and in neither pass of net/dev, or in both
 * passes and not in sysfs; a list that was not read to its end proves nothing, nor one that other programs copied (their captures have no namespace).
 * Values of a name that both have (lo) belong to the other one then.
 */
function isElsewhere({ devices, told, listed, whole }: State): boolean {
  const own = devices.filter((d) => d.own && d.entry.netNs !== null);
  const inPass = (pass: FeedEntry['pass']): Set<string> =>
    new Set(own.filter((d) => d.entry.pass === pass).map((d) => d.counters.name.toString('latin1')));
  const [a, b] = [inPass('A'), inPass('B')];
  const allTold = own.length > 0 && own.every((d) => whole.has(d.entry.pass));
  const beyond = [...told.keys()].some((name) => !a.has(name) && !b.has(name));
  const lacking = listed !== null && [...a].some((name) => b.has(name) && !listed.has(name));
  return (beyond && allTold) || lacking;
}

/** /sys/class/net is read once for both passes. Of another namespace, it makes rows of its own, whose namespace nobody knows. */
function finish(state: State, load: Load): void {
  const { devices, told } = state;
  const add = load.into('interfaces');
  const elsewhere = isElsewhere(state);
  const met = new Set<string>();
  let own: number | null = null;
  for (const { entry, own: isOwn, counters } of devices) {
    const name = counters.name.toString('latin1');
    const tells = isOwn && !elsewhere;
    if (isOwn) own = entry.netNs;
    if (tells) met.add(name);
    const values = counters.counters.map((n) => (n === null ? null : u64Value(n)));
    const { netNs, pass, sourceId } = entry;
    add([netNs, pass, bytesValue(counters.name), ...columnsOf(tells ? told.get(name) : undefined), ...values, sourceId, counters.line]);
  }
  const [netNs, pass] = elsewhere ? [null, null] : [own, 'A'];
  for (const [name, t] of told) {
    if (!met.has(name)) add([netNs, pass, bytesValue(Buffer.from(name, 'latin1')), ...columnsOf(t), ...NONE, t.sourceId, t.line]);
  }
}

function columnsOf(told: Told | undefined): readonly Value[] {
  if (told === undefined) return [null, null, null, null, null, null, null];
  return [
    told.ifindex,
    told.mtu,
    told.flags,
    told.address === null ? null : bytesValue(told.address),
    told.operstate,
    told.type,
    told.tx_queue_len,
  ];
}

const NUMBERS = ['ifindex', 'mtu', 'flags', 'type', 'tx_queue_len'] as const;

/** One file of an interface, `IFACE/mtu` and so on, each one line; false when it is not one of these, has no value, or had one already. */
function tell(told: Told, file: string, value: Buffer): boolean {
  const text = value.toString('latin1', 0, 64);
  if (file === 'operstate') {
    if (told.operstate !== null || !OPERSTATES.has(text)) return false;
    told.operstate = text;
    return true;
  }
  if (file === 'address') {
    if (told.address !== null) return false;
    told.address = value.length === 0 ? null : Buffer.from(value);
    return true;
  }
  const known = NUMBERS.find((name) => name === file);
  const number = file === 'flags' ? prefixedHexOf(text) : decimalOf(text);
  if (known === undefined || told[known] !== null || number === null) return false;
  told[known] = number;
  return true;
}

const none = (sourceId: number, line: number): Told => ({
  sourceId,
  line,
  ifindex: null,
  mtu: null,
  flags: null,
  address: null,
  operstate: null,
  type: null,
  tx_queue_len: null,
});

export const interfacesFeeds: readonly Feed[] = [
  {
    parser: 'net-dev',
    match: netPath('dev'),
    read(entry, load) {
      const { devices, whole } = state(load);
      const own = entry.path === 'proc/net/dev';
      let problems = 0;
      const counts = parseDev(entry.body, load.env, {
        record: (counters) => devices.push({ entry, own, counters }),
        problem: (p) => {
          problems++;
          load.problem(entry, p);
        },
      });
      if (own && problems === 0 && entry.body[entry.body.length - 1] === LF) whole.add(entry.pass);
      return counts;
    },
  },
  {
    parser: 'sys-class-net',
    match: /^sys\/class\/net\.pack$/,
    read(entry, load) {
      const shared = state(load);
      const { told } = shared;
      const listed = new Set<string>();
      const counts = eachFrame(entry, load, ({ name, body }, line) => {
        const slash = name.lastIndexOf('/');
        const device = name.slice(0, Math.max(slash, 0));
        listed.add(device);
        const lines = countLines(body);
        const end = body[body.length - 1] === LF ? body.length - 1 : body.length;
        const of = told.get(device) ?? none(entry.sourceId, line);
        if (slash > 0 && lines === 1 && tell(of, name.slice(slash + 1), body.subarray(0, end))) told.set(device, of);
        else if (lines > 0) load.problem(entry, { code: 'line-value', line, lines, message: 'not a value of the kernel' });
        return lines;
      });
      if (parsePack(entry.body).error === null) shared.listed = listed;
      return counts;
    },
  },
];
