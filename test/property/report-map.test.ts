import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conversations, layout } from '../../packages/analyze/page/map-layout.ts';
import type { Talk } from '../../packages/analyze/src/report/document.ts';

const talk = (local: [string, number], remote: [string, number], programs: string[] = ['p'], protocol = 'tcp'): Talk => ({
  row: 0,
  protocol,
  netNs: 1,
  local,
  remote,
  programs,
  reason: 'held',
});
const told = (talks: readonly Talk[], ...listening: string[]): string[] =>
  conversations(talks, new Set(listening))
    .map(({ from, to, port, count }) => `${from} -> ${to} ${port} x${count}`)
    .sort();

test('who listens answers, whatever the port', () => {
  expect(told([talk(['10.0.0.1', 60000], ['192.0.2.1', 22])], '1 tcp 60000')).toEqual(['host 192.0.2.1 -> program p tcp 60000 x1']);
  expect(told([talk(['10.0.0.1', 60000], ['192.0.2.1', 443])])).toEqual(['program p -> host 192.0.2.1 tcp 443 x1']);
  expect(told([talk(['10.0.0.1', 22], ['192.0.2.1', 50000])])).toEqual(['host 192.0.2.1 -> program p tcp 22 x1']);
});

test('a connection within the host is told once, with both programs', () => {
  const ends = [talk(['127.0.0.1', 40000], ['127.0.0.1', 5432], ['app']), talk(['127.0.0.1', 5432], ['127.0.0.1', 40000], ['db'])];
  expect(told(ends, '1 tcp 5432')).toEqual(['program app -> program db tcp 5432 x1']);
  expect(told(ends.toReversed(), '1 tcp 5432')).toEqual(['program app -> program db tcp 5432 x1']);
  const mapped = [talk(['::ffff:127.0.0.1', 5432], ['::ffff:127.0.0.1', 40000], ['db'], 'tcp6'), ends[0] as Talk];
  expect(told(mapped, '1 tcp6 5432')).toEqual(['program app -> program db tcp 5432 x1']);
  expect(told([talk(['127.0.0.1', 7], ['127.0.0.1', 7], ['self'])])).toHaveLength(1);
});

test('what nobody holds bears its reason', () => {
  expect(told([{ ...talk(['10.0.0.1', 41000], ['192.0.2.1', 80], []), reason: 'time-wait' }])).toEqual([
    'program (time-wait) -> host 192.0.2.1 tcp 80 x1',
  ]);
});

const end = fc.tuple(
  fc.constantFrom('10.0.0.1', '127.0.0.1', '192.0.2.1', '2001:db8::1'),
  fc.integer({ min: 1, max: 5 }).map((n) => n * 9000),
);
const talks = fc.array(
  fc
    .tuple(end, end, fc.array(fc.constantFrom('a', 'b', '__proto__', '9 others'), { maxLength: 2 }))
    .map(([l, r, p]) => talk(l, r, [...new Set(p)])),
  { maxLength: 60 },
);

test('every row is told, boxes do not cover each other, lines end at boxes, and counts add up', () => {
  fc.assert(
    fc.property(talks, fc.array(fc.constantFrom('1 tcp 9000', '1 tcp 45000'), { maxLength: 2 }), (all, listening) => {
      const told = conversations(all, new Set(listening));
      if (all.length > 0) expect(told.length).toBeGreaterThan(0);
      const { left, right, edges, height } = layout(told);
      const total = told.reduce((n, c) => n + c.count, 0);
      expect(edges.reduce((n, c) => n + c.count, 0)).toBe(total);
      for (const side of [left, right]) {
        expect(side.reduce((n, b) => n + b.count, 0)).toBe(total);
        for (const [i, box] of side.entries()) {
          expect(box.y).toBeGreaterThanOrEqual(i === 0 ? 0 : (side[i - 1]?.y ?? 0) + (side[i - 1]?.height ?? 0));
          expect(box.y + box.height).toBeLessThanOrEqual(height + 0.001);
        }
      }
      for (const { from, to, fromY, toY } of edges) {
        const [a, b] = [left.find((n) => n.name === from), right.find((n) => n.name === to)];
        expect(fromY).toBeCloseTo((a?.y ?? -1) + (a?.height ?? 0) / 2);
        expect(toY).toBeGreaterThanOrEqual(b?.y ?? Number.NaN);
        expect(toY).toBeLessThanOrEqual((b?.y ?? Number.NaN) + (b?.height ?? 0));
      }
    }),
  );
});

test('many hosts are told by their networks, and what is left over as one box of others', () => {
  const many = Array.from({ length: 200 }, (_, i) => talk(['10.0.0.1', 40000 + i], [`192.0.2.${i}`, 443]));
  const { right, edges } = layout(conversations(many, new Set()));
  expect(right.map((n) => [n.name, n.count])).toEqual([['host 192.0.2.0/24', 200]]);
  expect(edges).toHaveLength(1);
  const wide = Array.from({ length: 200 }, (_, i) => talk(['10.0.0.1', 40000 + i], [`10.${i % 3}.${i}.9`, 443]));
  expect(
    layout(conversations(wide, new Set()))
      .right.map((n) => n.name)
      .sort(),
  ).toEqual(['host 10.0.0.0/16', 'host 10.1.0.0/16', 'host 10.2.0.0/16']);
  const others = Array.from({ length: 200 }, (_, i) => talk(['10.0.0.1', 40000 + i], [`2001:db8::${i}`, 443], ['p'], 'tcp6'));
  const rest = layout(conversations(others, new Set())).right;
  expect(rest).toHaveLength(24);
  expect(rest.some((n) => n.name === '177 others' && n.count === 177)).toBe(true);
});
