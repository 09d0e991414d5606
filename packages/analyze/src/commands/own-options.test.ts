import { expect, test } from 'vitest';
import { UserError } from './io.ts';
import { stripOptions } from './own-options.ts';

test('its own options go, whatever else stands stays in order', () => {
  const { own, rest } = stripOptions([
    '-a',
    '--db',
    'x.db',
    '-i',
    '--format=json',
    '-c',
    'sshd',
    '--archive',
    'a',
    '--archive=b',
    '--quiet-ledger',
  ]);
  expect(rest).toEqual(['-a', '-i', '-c', 'sshd']);
  expect(own).toMatchObject({ db: 'x.db', format: 'json', archives: ['a', 'b'], quietLedger: true, help: false });
});

test('after -- everything is the tool’s', () => {
  expect(stripOptions(['-p', '1', '--', '--db', 'x']).rest).toEqual(['-p', '1', '--', '--db', 'x']);
});

test('options of the tool that begin alike are not taken', () => {
  expect(stripOptions(['--dbx', '--numeric', '--form', 'x', '--all']).rest).toEqual(['--dbx', '--numeric', '--form', 'x', '--all']);
});

test.each([[['--db']], [['--capture=']], [['-i', '--format']]])('%j lacks a value', (argv) => {
  expect(() => stripOptions(argv)).toThrow(UserError);
});
