import type { EventReport, ReportDocument } from '../src/report/document.ts';
import { h, plural, svg } from './dom.ts';
import { type Section, section } from './section.ts';
import { DataTable } from './table.ts';

const WIDTH = 1000;
const LANE = 26;
const LABEL = 150;
/** Columns in which points of one kind are counted. */
const BINS = 170;

const KINDS: readonly (readonly [kind: string, name: string])[] = [
  ['process-start', 'process starts'],
  ['appeared', 'appeared'],
  ['gone', 'gone'],
  ['changed', 'changed'],
  ['replaced', 'replaced'],
];

/** When things happened, as a picture that can be looked at closer, and as a table. */
export function timelineSection({ timeline, captures }: ReportDocument): { section: Section; table: DataTable } {
  const { events, notes, left } = timeline;
  const table = new DataTable(
    {
      columns: [
        { title: 'earliest (UTC)', kind: 'word' },
        { title: 'latest (UTC)', kind: 'word' },
        { title: 'host', kind: 'facet' },
        { title: 'kind', kind: 'facet' },
        { title: 'about', kind: 'facet' },
        { title: 'what', kind: 'mono' },
        { title: 'pid', kind: 'number' },
        { title: 'capture', kind: 'facet' },
        { title: 'rests on', kind: 'text' },
        { title: 'bytes', kind: 'handle' },
      ],
      rows: events.map((e) => [
        utc(e.earliest),
        utc(e.latest),
        e.host,
        e.kind,
        e.about,
        e.what,
        e.pid,
        String(e.capture),
        e.basis,
        e.handle,
      ]),
    },
    { caption: 'What happened when' },
  );
  const picture = h('div', { class: 'timeline' });
  const spans = zooms(events, captures.length);
  const draw = (index: number): void => {
    const span = spans[index];
    if (span !== undefined) picture.replaceChildren(drawing(events, span.from, span.to));
    for (const [i, button] of buttons.entries()) button.setAttribute('aria-pressed', String(i === index));
  };
  const buttons = spans.map(({ name }, i) => h('button', { class: 'plain', on: { click: () => draw(i) }, set: { type: 'button' } }, name));
  const result = section(
    'timeline',
    'Timeline',
    'UTC. A capture is a look at a moment: what came or went between two of them did so at an unknown time in between, drawn as a bar.',
    spans.length > 1 ? h('p', { class: 'zoom', set: { role: 'group', 'aria-label': 'Time that the picture shows' } }, ...buttons) : null,
    picture,
    notes.length + left === 0
      ? null
      : h(
          'ul',
          { class: 'notes' },
          ...[...notes, ...(left > 0 ? [`${plural(left, 'sight')} left out: coldstat timeline has all`] : [])].map((n) => h('li', {}, n)),
        ),
    table.element,
  );
  draw(0);
  return { section: result, table };
}

function utc(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Times worth a look: everything, between the first and the last capture, and ever shorter ones before the last. */
function zooms(events: readonly EventReport[], captures: number): Span[] {
  const times = events.flatMap((e) => [e.earliest, e.latest]).filter((t): t is number => t !== null);
  if (times.length === 0) return [];
  const looks = events.filter((e) => e.about === 'capture').flatMap((e) => e.earliest ?? []);
  const first = times.reduce((a, b) => Math.min(a, b));
  const end = times.reduce((a, b) => Math.max(a, b));
  const spans: Span[] = [{ name: 'everything', from: first, to: end }];
  if (captures > 1 && looks.length > 1) spans.push({ name: 'between the captures', from: looks.reduce((a, b) => Math.min(a, b)), to: end });
  for (const [name, ms] of [
    ['last day', 86_400_000],
    ['last hour', 3_600_000],
    ['last 5 minutes', 300_000],
    ['last 10 seconds', 10_000],
  ] as const) {
    if (end - first > ms * 1.2) spans.push({ name, from: end - ms, to: end });
  }
  return spans;
}

function drawing(events: readonly EventReport[], from: number, to: number): SVGElement {
  const hosts = [...new Set(events.map((e) => e.host))];
  const width = Math.max(1, to - from);
  const x = (ms: number): number => LABEL + ((Math.min(to, Math.max(from, ms)) - from) / width) * (WIDTH - LABEL - 12);
  const parts: SVGElement[] = [];
  let y = 24;
  for (const host of hosts) {
    parts.push(svg('text', { class: 'host', set: { x: 0, y: y + 11 } }, host));
    y += 18;
    const own = events.filter((e) => e.host === host);
    const top = y;
    for (const [kind, name] of KINDS) {
      const shown = own.filter((e) => e.kind === kind && e.latest !== null && e.latest >= from && (e.earliest ?? e.latest) <= to);
      if (shown.length === 0 && kind !== 'process-start') continue;
      parts.push(svg('text', { class: 'lane', set: { x: 12, y: y + LANE / 2 + 4 } }, `${name} ${shown.length > 0 ? shown.length : ''}`));
      parts.push(svg('line', { class: 'base', set: { x1: LABEL, x2: WIDTH - 12, y1: y + LANE - 2, y2: y + LANE - 2 } }));
      parts.push(...(kind === 'process-start' ? columns(shown, x, y) : bars(shown, x, y, kind)));
      y += LANE;
    }
    for (const e of own.filter((o) => o.kind === 'capture-start' && o.earliest !== null && o.earliest >= from && o.earliest <= to)) {
      parts.push(
        svg(
          'line',
          { class: 'capture', set: { x1: x(e.earliest ?? 0), x2: x(e.earliest ?? 0), y1: top - 4, y2: y } },
          svg('title', {}, `${e.what} ${utc(e.earliest)}`),
        ),
      );
    }
    y += 10;
  }
  const axis = ticks(from, to).map(({ at, text }) =>
    svg(
      'g',
      { class: 'tick' },
      svg('line', { set: { x1: x(at), x2: x(at), y1: 18, y2: y } }),
      svg('text', { set: { x: x(at), y: 12, 'text-anchor': 'middle' } }, text),
    ),
  );
  const label = `Timeline of ${hosts.join(', ')} from ${utc(from)} to ${utc(to)} UTC; the table below has every event`;
  return svg('svg', { class: 'times', set: { viewBox: `0 0 ${WIDTH} ${y + 4}`, role: 'img', 'aria-label': label } }, ...axis, ...parts);
}

/** Many starts at one place become one taller column. */
function columns(events: readonly EventReport[], x: (ms: number) => number, y: number): SVGElement[] {
  const bins = new Map<number, EventReport[]>();
  for (const e of events) {
    const bin = Math.round((x(e.latest ?? 0) - LABEL) / (WIDTH / BINS));
    bins.set(bin, [...(bins.get(bin) ?? []), e]);
  }
  const most = Math.max(1, ...[...bins.values()].map((b) => b.length));
  return [...bins].map(([bin, list]) => {
    const height = 4 + (LANE - 8) * Math.sqrt(list.length / most);
    const text = `${utc(list[0]?.latest ?? null)}: ${list
      .slice(0, 12)
      .map((e) => e.what)
      .join(', ')}${list.length > 12 ? ` and ${list.length - 12} more` : ''}`;
    const set = { x: LABEL + bin * (WIDTH / BINS) - 2, y: y + LANE - 2 - height, width: WIDTH / BINS - 1.5, height };
    return svg('rect', { class: 'start', set }, svg('title', {}, text));
  });
}

/** Things that came or went in the same time lie in one bar. */
function bars(events: readonly EventReport[], x: (ms: number) => number, y: number, kind: string): SVGElement[] {
  const spans = new Map<string, EventReport[]>();
  for (const e of events) {
    const key = `${e.earliest} ${e.latest}`;
    spans.set(key, [...(spans.get(key) ?? []), e]);
  }
  return [...spans.values()].map((list) => {
    const [a, b] = [x(list[0]?.earliest ?? list[0]?.latest ?? 0), x(list[0]?.latest ?? 0)];
    const text = `${plural(list.length, 'thing')} ${kind} between ${utc(list[0]?.earliest ?? null) ?? 'an unknown time'} and ${utc(list[0]?.latest ?? null)}`;
    const set = { x: Math.min(a, b - 3), y: y + 6, width: Math.max(3, b - a), height: LANE - 12, rx: 3 };
    return svg(
      'g',
      {},
      svg('rect', { class: `span ${kind}`, set }, svg('title', {}, text)),
      svg(
        'text',
        { class: 'inside', set: { x: (Math.min(a, b - 3) + b) / 2, y: y + LANE / 2 + 4, 'text-anchor': 'middle' } },
        b - a > 30 ? String(list.length) : '',
      ),
    );
  });
}

const STEPS = [
  1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000, 7_776_000, 31_536_000,
].map((s) => s * 1000);

/** About six round times. */
function ticks(from: number, to: number): { readonly at: number; readonly text: string }[] {
  const step = STEPS.find((s) => (to - from) / s <= 7) ?? 315_360_000_000;
  const found: { at: number; text: string }[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to && found.length < 20; at += step) {
    const text = new Date(at).toISOString();
    found.push({
      at,
      text:
        step >= 86_400_000
          ? text.slice(0, 10)
          : step >= 60_000 && to - from > 86_400_000
            ? text.slice(5, 16).replace('T', ' ')
            : text.slice(11, step >= 60_000 ? 16 : 19),
    });
  }
  return found;
}
