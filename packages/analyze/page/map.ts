import type { CaptureReport } from '../src/report/document.ts';
import { h, svg } from './dom.ts';
import { conversations, type Edge, HOST, layout, type MapLayout, type Node, PROGRAM } from './map-layout.ts';

const WIDTH = 1000;
const LEFT = 250;
const RIGHT = 300;
const PORT = 84;
const PAD = 26;

/** A picture of who talks to whom; `pick` hears the words that a click on it stands for. */
export function mapPicture(
  { talks, listening }: CaptureReport,
  names: Readonly<Record<string, string>>,
  pick: (words: string) => void,
): HTMLElement {
  const all = conversations(talks, new Set(listening));
  if (all.length === 0) return h('p', { class: 'nothing' }, 'No connection of TCP, UDP or SCTP is in this capture.');
  const plan = layout(all);
  const label = (name: string): string => labelOf(name, names);
  const picture = svg('svg', {
    class: 'map',
    set: { viewBox: `0 0 ${WIDTH} ${plan.height + PAD + 8}`, role: 'group', 'aria-label': 'Map of connections' },
  });
  const lines = plan.edges.map((edge) => line(edge, label));
  const nodes = [...plan.left.map((n) => box(n, 'left', label)), ...plan.right.map((n) => box(n, 'right', label))];
  picture.append(
    svg('text', { class: 'head', set: { x: 0, y: 12 } }, 'asks'),
    svg('text', { class: 'head', set: { x: WIDTH - RIGHT - PORT, y: 12 } }, 'on port'),
    svg('text', { class: 'head', set: { x: WIDTH - RIGHT, y: 12 } }, 'answers'),
    svg('g', { set: { transform: `translate(0 ${PAD})` } }, svg('g', { class: 'edges' }, ...lines), ...nodes),
  );
  light(picture, plan, lines, nodes, pick);
  return h(
    'figure',
    {},
    picture,
    h(
      'figcaption',
      {},
      'Programs of this host are filled, other hosts have a frame; a line is as wide as the connections are many. Choose a box to see its rows below. Which end asked is known from listening ports, else reckoned from the port numbers. Sockets that are not connected and unix sockets are not drawn.',
    ),
  );
}

function labelOf(name: string, names: Readonly<Record<string, string>>): string {
  if (name.startsWith(PROGRAM)) return name.slice(PROGRAM.length);
  if (!name.startsWith(HOST)) return name;
  const address = name.slice(HOST.length);
  return Object.hasOwn(names, address) ? `${names[address]} (${address})` : address;
}

function short(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

function line(edge: Edge, label: (name: string) => string): SVGElement {
  const [x1, x2] = [LEFT, WIDTH - RIGHT - PORT];
  const bend = (x2 - x1) / 2;
  const path = svg(
    'path',
    {
      class: 'edge',
      set: {
        d: `M${x1} ${edge.fromY}C${x1 + bend} ${edge.fromY} ${x2 - bend} ${edge.toY} ${x2} ${edge.toY}`,
        'stroke-width': 1.5 + Math.log2(edge.count) * 1.2,
      },
    },
    svg('title', {}, `${label(edge.from)} → ${label(edge.to)}, ${edge.port}: ${edge.count}`),
  );
  return path;
}

function box(node: Node, side: 'left' | 'right', label: (name: string) => string): SVGElement {
  const [x, width] = side === 'left' ? [0, LEFT] : [WIDTH - RIGHT, RIGHT];
  const text = label(node.name);
  const kind = node.name.startsWith(PROGRAM) ? 'program' : node.name.startsWith(HOST) ? 'host' : 'others';
  const ports =
    side === 'left'
      ? []
      : node.ports.map(({ port, y }) =>
          svg('text', { class: 'port', set: { x: WIDTH - RIGHT - 8, y: y + 4, 'text-anchor': 'end' } }, port),
        );
  const middle = node.y + node.height / 2 + 4.5;
  return svg(
    'g',
    {
      class: `box ${kind}`,
      set: {
        tabindex: 0,
        role: 'button',
        'aria-label': `${side === 'left' ? 'asks' : 'answers'}: ${text}, ${node.count} connections${ports.length > 0 ? `, ports ${node.ports.map((p) => p.port).join(', ')}` : ''}`,
      },
    },
    svg('title', {}, text),
    svg('rect', { set: { x: x + 0.5, y: node.y + 0.5, width: width - 1, height: node.height - 1, rx: 4 } }),
    svg('text', { set: { x: x + 10, y: middle } }, short(text, side === 'left' ? 28 : 34)),
    svg('text', { class: 'number', set: { x: x + width - 8, y: middle, 'text-anchor': 'end' } }, String(node.count)),
    ...ports,
  );
}

/** What a box talks to stands out while it is pointed at or has the keyboard; Enter, blank or a click picks it. */
function light(
  picture: SVGElement,
  plan: MapLayout,
  lines: readonly SVGElement[],
  nodes: readonly SVGElement[],
  pick: (words: string) => void,
): void {
  const all = [...plan.left.map((n) => ({ n, side: 'from' as const })), ...plan.right.map((n) => ({ n, side: 'to' as const }))];
  for (const [i, element] of nodes.entries()) {
    const one = all[i];
    if (one === undefined) continue;
    const on = (): void => {
      picture.classList.add('lit');
      for (const [j, edge] of plan.edges.entries()) lines[j]?.classList.toggle('on', edge[one.side] === one.n.name);
    };
    const off = (): void => picture.classList.remove('lit');
    const choose = (): void =>
      pick(
        one.n.name
          .replace(PROGRAM, '')
          .replace(HOST, '')
          .replace(/^\((.*)\)$/, '$1')
          .replace(/^\d+ others$/, '')
          .replace(/(\.0)+\/\d+$/, '.'),
      );
    for (const event of ['mouseenter', 'focus']) element.addEventListener(event, on);
    for (const event of ['mouseleave', 'blur']) element.addEventListener(event, off);
    element.addEventListener('click', choose);
    element.addEventListener('keydown', (event) => {
      if (!(event instanceof KeyboardEvent) || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      choose();
    });
  }
}
