import { expect, test } from 'vitest';
import { memoryCase } from './open.ts';
import { caseDb } from './query.ts';

const db = caseDb(memoryCase());

test.each([
  ["ip_class('8.8.8.8')", 'public'],
  ["ip_class('::ffff:10.1.2.3')", 'private'],
  ["ip_class('169.254.169.254')", 'link-local'],
  ["ip_class('::1')", 'loopback'],
  ["ip_class('fe80::1')", 'link-local'],
  ["ip_class('2001:db8::1')", 'documentation'],
  ["ip_class('0.0.0.0')", 'unspecified'],
  ["ip_class('rubbish')", null],
  ['ip_class(NULL)', null],
  ["in_cidr('10.1.2.3', '10.0.0.0/8')", 1],
  ["in_cidr('::ffff:10.1.2.3', '10.0.0.0/8')", 1],
  ["in_cidr('11.1.2.3', '10.0.0.0/8')", 0],
  ["in_cidr('11.1.2.3', '10.0.0.0/99')", null],
  ["path_base('/usr/bin/x (deleted)')", 'x'],
  ["path_base(x'2f612fff')", 'ÿ'],
  ["path_under('/tmp/x', '/var/tmp /tmp')", 1],
  ["path_under('/tmpfile', '/tmp')", 0],
  ["'abc' REGEXP '^a.c$'", 1],
  ["x'61ff62' REGEXP '^a.b$'", 1],
  ["NULL REGEXP 'a'", null],
  ['handle(1, 2, 3)', '1:2:3'],
  ['handle(1, 2, NULL)', '1:2'],
  ['handle(1, NULL, 3)', null],
])('%s is %s', (sql, expected) => {
  expect(db.get(`SELECT ${sql} AS v`)).toEqual({ v: expected });
});
