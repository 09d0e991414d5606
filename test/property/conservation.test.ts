import { expect, test } from 'vitest';
import { FEEDS } from '../../packages/analyze/src/tables/feeds.ts';
import { lost, spoiltOfEveryKind } from '../fuzz/conservation.ts';
import { everyKind } from '../fuzz/every-kind.ts';
import { Random } from '../fuzz/random.ts';
import { makeArchive } from '../support/archive.ts';

/** Law 1 over all feeds at once: what became of every line of every entry of an archive. `npm run fuzz` does the same for longer. */

const SECONDS = 15;
const bodies = await everyKind();
const withoutPass = [...bodies.keys()].map((name) => name.replace(/^pass-b\//, ''));

test.each(FEEDS.map((feed) => [feed.parser, feed] as const))('there is a body for %s', (_, { match }) => {
  expect(withoutPass.filter((name) => match.test(name))).not.toEqual([]);
});

test('as they were captured: nothing is lost', { timeout: 60_000 }, async () => {
  expect(await lost(await makeArchive({ files: Object.fromEntries(bodies), compress: 'none' }), bodies)).toEqual([]);
});

test.each([
  ['a row of a table', 'DELETE FROM sockets_inet WHERE rowid = 3', 'net-tcp'],
  ['a key of status', "DELETE FROM process_status_keys WHERE tid IS NULL AND key = 'VmRSS'", 'pid-status'],
  ['a cell that several files make', 'UPDATE processes SET loginuid = 7', 'pid-loginuid'],
  ['a descriptor', 'UPDATE fds SET line = 1 WHERE fd = 1', 'fd-list'],
  ['a message', 'DELETE FROM diag_unix WHERE line = 1', 'sock-diag'],
  ['a refused link', 'DELETE FROM links WHERE target_errno IS NOT NULL', 'links-list'],
])('%s that is lost is found', { timeout: 60_000 }, async (_, sql, parser) => {
  const found = await lost(await makeArchive({ files: Object.fromEntries(bodies), compress: 'none' }), bodies, (db) => db.exec(sql));
  expect(found).not.toEqual([]);
  for (const what of found) expect(what).toContain(`(${parser}): `);
});

test('mutated: nothing is lost', { timeout: 300_000 }, async () => {
  const end = performance.now() + SECONDS * 1000;
  for (let seed = 1; seed === 1 || performance.now() < end; seed++) {
    const { archive, files } = await spoiltOfEveryKind(bodies, new Random(seed));
    expect(await lost(archive, files), `seed ${seed}`).toEqual([]);
  }
});
