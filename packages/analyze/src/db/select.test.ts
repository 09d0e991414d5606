import { describe, expect, it } from 'vitest';
import { testCase } from '../../../../test/support/case.ts';
import { UserError } from '../user-error.ts';
import { selectCaptures } from './select.ts';

const NOON = 1_700_049_600_000_000_000n; // 2023-11-15T12:00:00Z
const HOUR = 3_600_000_000_000n;
const db = testCase({
  captures: [
    { capture_id: 1, uuid: 'aaaa1111-0000-4000-8000-000000000001', host: 'web1', started_ns: NOON + HOUR },
    { capture_id: 2, uuid: 'aaaa2222-0000-4000-8000-000000000002', host: 'web1', started_ns: NOON },
    { capture_id: 3, uuid: 'bbbb3333-0000-4000-8000-000000000003', host: 'db1', started_ns: NOON + HOUR },
    { capture_id: 4, host: null, started_ns: null },
  ],
});

describe('selecting captures', () => {
  it.each([
    [undefined, [3]],
    ['latest', [3]],
    ['all', [1, 2, 3, 4]],
    ['2', [2]],
    ['db1', [3]],
    ['web1@2023-11-15T12', [2]],
    ['aaaa2', [2]],
    ['BBBB', [3]],
  ])('%s', (selector, ids) => expect(selectCaptures(db, selector)).toEqual(ids));

  it.each([
    ['web1', /names 2 captures/],
    ['aaaa', /names 2 captures/],
    ['9', /no capture/],
    ['web', /no capture/],
    ['web1@2024', /no capture/],
    ['@', /no capture/],
  ])('%s is refused', (selector, message) => expect(() => selectCaptures(db, selector)).toThrow(message));

  it('lists the candidates', () => {
    try {
      selectCaptures(db, 'web1');
      expect.unreachable();
    } catch (e) {
      expect(e).toBeInstanceOf(UserError);
      expect((e as UserError).hint).toBe('captures: 1 web1@2023-11-15T13:00:00Z aaaa1111; 2 web1@2023-11-15T12:00:00Z aaaa2222');
    }
  });

  it('says what to do with an empty case', () => {
    const empty = testCase({ captures: [] });
    expect(() => selectCaptures(empty, undefined)).toThrow(/no capture/);
  });
});
