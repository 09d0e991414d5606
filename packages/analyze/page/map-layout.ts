import type { Talk } from '../src/report/document.ts';

/** Who asks and who answers, and over which port; counts are connections. */
export interface Conversation {
  readonly from: string;
  readonly to: string;
  /** Protocol and port of the one who answers. */
  readonly port: string;
  readonly count: number;
}

/** The prefix tells programs of this host from addresses. */
export const PROGRAM = 'program ';
export const HOST = 'host ';

export interface Node {
  readonly name: string;
  readonly count: number;
  readonly y: number;
  readonly height: number;
  /** Of who answers: its ports with their places. */
  readonly ports: readonly { readonly port: string; readonly count: number; readonly y: number }[];
}

export interface Edge extends Conversation {
  readonly fromY: number;
  readonly toY: number;
}

export interface MapLayout {
  readonly left: readonly Node[];
  readonly right: readonly Node[];
  readonly edges: readonly Edge[];
  readonly height: number;
}

/** Nodes on either side; the rest is one node. */
const MAX_NODES = 24;
/** Ports of one who answers; the rest is one. */
const MAX_PORTS = 8;
const LINE = 22;
const GAP = 12;
/** Ports below this are not given to connections by the kernel (ip_local_port_range, default). */
const EPHEMERAL = 32768;

/**
 * Which end asked: who has a listener on its port answers; where neither is known to listen, the lower port does when it is below the range from
 * which the kernel gives ports out, and else this host asked. A connection within the host has two rows and is told once, with both programs.
 */
export function conversations(talks: readonly Talk[], listening: ReadonlySet<string>): Conversation[] {
  const key = ({ protocol, local, remote }: Pick<Talk, 'protocol' | 'local' | 'remote'>): string =>
    `${base(protocol)} ${plain(local[0])} ${local[1]} ${plain(remote[0])} ${remote[1]}`;
  const rows = new Map(talks.map((talk) => [key(talk), talk]));
  const counts = new Map<string, Conversation>();
  for (const talk of talks) {
    const other = rows.get(key({ protocol: talk.protocol, local: talk.remote, remote: talk.local }));
    const answers = answersHere(talk, listening);
    // Of the two rows the one that answers is told; that of a socket which talks to itself, once.
    if (other !== undefined && other !== talk && !answers && (answersHere(other, listening) || key(other) < key(talk))) continue;
    const here = programsOf(talk);
    const there = other === undefined || other === talk ? [`${HOST}${plain(talk.remote[0])}`] : programsOf(other);
    const port = `${base(talk.protocol)} ${answers ? talk.local[1] : talk.remote[1]}`;
    for (const [from, to] of answers ? pairs(there, here) : pairs(here, there)) {
      const id = JSON.stringify([from, to, port]);
      counts.set(id, { from, to, port, count: (counts.get(id)?.count ?? 0) + 1 });
    }
  }
  return [...counts.values()];
}

function pairs(from: readonly string[], to: readonly string[]): [string, string][] {
  return from.flatMap((a) => to.map((b): [string, string] => [a, b]));
}

function programsOf({ programs, reason }: Talk): string[] {
  return programs.length > 0 ? programs.map((name) => `${PROGRAM}${name}`) : [`${PROGRAM}(${reason})`];
}

function answersHere({ netNs, protocol, local, remote }: Talk, listening: ReadonlySet<string>): boolean {
  const listens = (port: number): boolean => [base(protocol), `${base(protocol)}6`].some((p) => listening.has(`${netNs} ${p} ${port}`));
  if (listens(local[1])) return true;
  if (local[0] === remote[0] && listens(remote[1])) return false;
  return local[1] < EPHEMERAL && local[1] < remote[1];
}

function base(protocol: string): string {
  return protocol.replace(/6$/, '');
}

/** IPv4 in IPv6 is the same address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Places for both sides: those who ask to the left, those who answer with their ports to the right, each near those it talks to. */
export function layout(all: readonly Conversation[]): MapLayout {
  const from = gathered(all, (c) => c.from);
  const to = gathered(all, (c) => c.to);
  const ports = new Map(
    [...new Set(all.map((c) => to(c.to)))].map((name) => [
      name,
      keepMost(
        all.filter((c) => to(c.to) === name),
        (c) => c.port,
        MAX_PORTS,
      ),
    ]),
  );
  const merged = new Map<string, Conversation>();
  for (const c of all) {
    const one = { from: from(c.from), to: to(c.to), port: ports.get(to(c.to))?.(c.port) ?? c.port };
    const id = JSON.stringify(one);
    merged.set(id, { ...one, count: (merged.get(id)?.count ?? 0) + c.count });
  }
  return placed([...merged.values()]);
}

/** Many hosts are gathered in their networks, of 256 addresses or of 65,536, before what is rare becomes one box of others. */
function gathered(all: readonly Conversation[], nameOf: (c: Conversation) => string): (name: string) => string {
  const many = (of: (name: string) => string): boolean => new Set(all.map((c) => of(nameOf(c)))).size > MAX_NODES;
  const same = (name: string): string => name;
  const near = (name: string): string => name.replace(/^(host \d+\.\d+\.\d+)\.\d+$/, '$1.0/24');
  const far = (name: string): string => name.replace(/^(host \d+\.\d+)\.\d+\.\d+$/, '$1.0.0/16');
  const net = !many(same) ? same : many(near) && !many(far) ? far : near;
  const keep = keepMost(all, (c) => net(nameOf(c)));
  return (name) => keep(net(name));
}

/** A function that names the most frequent by their names and all others together. */
function keepMost(all: readonly Conversation[], nameOf: (c: Conversation) => string, max: number = MAX_NODES): (name: string) => string {
  const counts = new Map<string, number>();
  for (const c of all) counts.set(nameOf(c), (counts.get(nameOf(c)) ?? 0) + c.count);
  const names = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
  if (names.length <= max) return (name) => name;
  const kept = new Set(names.slice(0, max - 1));
  return (name) => (kept.has(name) ? name : `${names.length - kept.size} others`);
}

function placed(all: readonly Conversation[]): MapLayout {
  let left = orderBy([...new Set(all.map((c) => c.from))], (name) => -sum(all, (c) => c.from === name));
  let right = orderBy([...new Set(all.map((c) => c.to))], (name) => -sum(all, (c) => c.to === name));
  // A few turns of putting each near the middle of those it talks to: few lines cross then.
  for (let turn = 0; turn < 6; turn++) {
    right = orderBy(right, (name) => middle(all.filter((c) => c.to === name).map((c) => [left.indexOf(c.from), c.count])));
    left = orderBy(left, (name) => middle(all.filter((c) => c.from === name).map((c) => [right.indexOf(c.to), c.count])));
  }
  const rightNodes = stack(right, (name) => {
    const own = all.filter((c) => c.to === name);
    const names = orderBy([...new Set(own.map((c) => c.port))], (port) =>
      middle(own.filter((c) => c.port === port).map((c) => [left.indexOf(c.from), c.count])),
    );
    return names.map((port) => ({ port, count: sum(own, (c) => c.port === port) }));
  });
  const leftNodes = stack(left, (name) => [{ port: '', count: sum(all, (c) => c.from === name) }]);
  const height = Math.max(bottom(leftNodes), bottom(rightNodes));
  const [l, r] = [centred(leftNodes, height), centred(rightNodes, height)];
  const yLeft = new Map(l.map((n) => [n.name, n.y + n.height / 2]));
  const yRight = new Map(r.flatMap((n) => n.ports.map((p) => [JSON.stringify([n.name, p.port]), p.y])));
  const edges = all.map((c): Edge => ({ ...c, fromY: yLeft.get(c.from) ?? 0, toY: yRight.get(JSON.stringify([c.to, c.port])) ?? 0 }));
  return { left: l, right: r, edges: edges.sort((a, b) => a.count - b.count), height };
}

function stack(names: readonly string[], portsOf: (name: string) => readonly { port: string; count: number }[]): Node[] {
  let y = 0;
  return names.map((name) => {
    const ports = portsOf(name).map((p, i) => ({ ...p, y: y + LINE * (i + 0.5) }));
    const node: Node = { name, count: ports.reduce((n, p) => n + p.count, 0), y, height: LINE * Math.max(1, ports.length), ports };
    y += node.height + GAP;
    return node;
  });
}

function bottom(nodes: readonly Node[]): number {
  const last = nodes.at(-1);
  return last === undefined ? 0 : last.y + last.height;
}

function centred(nodes: readonly Node[], height: number): Node[] {
  const down = (height - bottom(nodes)) / 2;
  return nodes.map((n) => ({ ...n, y: n.y + down, ports: n.ports.map((p) => ({ ...p, y: p.y + down })) }));
}

function sum(all: readonly Conversation[], which: (c: Conversation) => boolean): number {
  return all.reduce((n, c) => (which(c) ? n + c.count : n), 0);
}

function middle(places: readonly (readonly [number, number])[]): number {
  const weight = places.reduce((n, [, count]) => n + count, 0);
  return places.reduce((n, [place, count]) => n + place * count, 0) / Math.max(1, weight);
}

/** Stable: equal ones stay in their order. */
function orderBy(names: readonly string[], rank: (name: string) => number): string[] {
  const ranks = new Map(names.map((name) => [name, rank(name)]));
  return [...names].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}
