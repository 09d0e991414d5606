import { expect, test } from 'vitest';
import { type TestRows, testCase } from '../../../../test/support/case.ts';
import { requireNetns } from './choices.ts';
import { UserError } from './io.ts';

const ROWS: TestRows = {
  captures: [
    { capture_id: 1, own_net_ns: 4026531840 },
    { capture_id: 2, own_net_ns: 4026531999 },
  ],
  namespaces: [
    { capture_id: 1, kind: 'net', inode: 4026531840 },
    { capture_id: 1, kind: 'net', inode: 4026532077, pinned_by: 'fd' },
    { capture_id: 1, kind: 'mnt', inode: 4026531841 },
  ],
  sources: [{ capture_id: 1, source_id: 1, path: 'ns/net/4026532100/tcp', net_ns: 4026532100 }],
};

test.each([4026531840, 4026532077, 4026532100, 'own', 'all'] as const)('%s is there', (netns) => {
  expect(() => requireNetns(testCase(ROWS), [1], netns)).not.toThrow();
});

test.each([5, 4026531841, 4026531999])('%i is no network namespace of the capture, and those there are are named', (netns) => {
  const refused = new UserError(`no network namespace ${netns} in the capture`, 'there are 4026531840, 4026532077, 4026532100');
  expect(() => requireNetns(testCase(ROWS), [1], netns)).toThrow(expect.objectContaining({ message: refused.message, hint: refused.hint }));
});

test('of several captures any will do', () => {
  expect(() => requireNetns(testCase(ROWS), [1, 2], 4026531999)).not.toThrow();
});
