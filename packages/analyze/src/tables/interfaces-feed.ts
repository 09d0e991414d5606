import { type DeviceCounters, parseDev } from '../procfs/net-dev.ts';
import { decimalOf, prefixedHexOf } from '../procfs/number.ts';
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

/** Bodies of a capture that make one table together: the counters of every namespace, and /sys/class/net of the capture's own. */
interface State {
  readonly devices: { readonly entry: FeedEntry; readonly own: boolean; readonly counters: DeviceCounters }[];
  /** By name as latin1. */
  readonly told: Map<string, Told>;
}

const LF = 0x0a;
const NONE: readonly null[] = new Array<null>(16).fill(null);

function state(load: Load): State {
  return load.shared(
    'interfaces',
    () => ({ devices: [], told: new Map() }),
    (s) => finish(s, load),
  );
}

/** /sys/class/net is the same for both passes: it is read once. */
function finish({ devices, told }: State, load: Load): void {
  const add = load.into('interfaces');
  const met = new Set<string>();
  let own: number | null = null;
  for (const { entry, own: isOwn, counters } of devices) {
    const name = counters.name.toString('latin1');
    if (isOwn) {
      met.add(name);
      own = entry.netNs;
    }
    const values = counters.counters.map((n) => (n === null ? null : u64Value(n)));
    const { netNs, pass, sourceId } = entry;
    add([netNs, pass, bytesValue(counters.name), ...columnsOf(isOwn ? told.get(name) : undefined), ...values, sourceId, counters.line]);
  }
  for (const [name, t] of told) {
    if (!met.has(name)) add([own, 'A', bytesValue(Buffer.from(name, 'latin1')), ...columnsOf(t), ...NONE, t.sourceId, t.line]);
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

/** One file of an interface, `IFACE/mtu` and so on, each one line; false when its value is none. */
function tell(told: Told, file: string, value: Buffer): boolean {
  const text = value.toString('latin1', 0, 64);
  if (file === 'operstate') {
    told.operstate = OPERSTATES.has(text) ? text : null;
    return told.operstate !== null;
  }
  const number = file === 'flags' ? prefixedHexOf(text) : decimalOf(text);
  if (file === 'address') told.address = value.length === 0 ? null : Buffer.from(value);
  else if (file === 'ifindex' || file === 'mtu' || file === 'flags' || file === 'type' || file === 'tx_queue_len') told[file] = number;
  return file === 'address' || number !== null;
}

export const interfacesFeeds: readonly Feed[] = [
  {
    parser: 'net-dev',
    match: netPath('dev'),
    read(entry, load) {
      const { devices } = state(load);
      const own = entry.path === 'proc/net/dev';
      return parseDev(entry.body, load.env, {
        record: (counters) => devices.push({ entry, own, counters }),
        problem: (p) => load.problem(entry, p),
      });
    },
  },
  {
    parser: 'sys-class-net',
    match: /^sys\/class\/net\.pack$/,
    read(entry, load) {
      const { told } = state(load);
      return eachFrame(entry, load, ({ name, body }, line) => {
        const slash = name.lastIndexOf('/');
        const device = name.slice(0, Math.max(slash, 0));
        const of = told.get(device) ?? {
          sourceId: entry.sourceId,
          line,
          ifindex: null,
          mtu: null,
          flags: null,
          address: null,
          operstate: null,
          type: null,
          tx_queue_len: null,
        };
        told.set(device, of);
        const end = body[body.length - 1] === LF ? body.length - 1 : body.length;
        if (tell(of, name.slice(slash + 1), body.subarray(0, end))) return 1;
        load.problem(entry, { code: 'line-value', line, lines: 0, message: 'not a value of the kernel' });
        return 1;
      });
    },
  },
];
