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
  ["path_versionless('/srv/bin/svcd (deleted)')", '/srv/bin/svcd'],
  ["path_versionless('/opt/app/releases/1.2.10-3/bin/x')", '/opt/app/releases/~/bin/x'],
  ["path_versionless('/srv/app/3f2a91c/x')", '/srv/app/~/x'],
  ["path_versionless('/nix/store/0c0zj8b2qkqnfvvd7gyw4rlk3b7ml4v9-nginx-1.24/bin/nginx')", '/nix/store/~-nginx-~/bin/nginx'],
  ["path_versionless('/tmp/sshd') = path_versionless('/usr/sbin/sshd')", 0],
  ['path_versionless(NULL)', null],
  ["path_shape('/tmp/librocksdbjni123456.so (deleted)')", '/tmp/librocksdbjni~.so'],
  ["path_shape('/tmp/snappy-1.1.10-0b1c2d3e-1111-4222-8333-123456789abc-libsnappyjava.so')", '/tmp/snappy-~.~.~-~-libsnappyjava.so'],
  ["path_shape('/tmp/_MEIx7Qa2b/libz.so')", '/tmp/_MEI~/libz.so'],
  ["path_shape('/tmp/cafe.so')", '/tmp/cafe.so'],
  ["program_key('/usr/sbin/sshd (deleted)', 'sshd -D')", '/usr/sbin/sshd'],
  ["program_key('/usr/bin/bash', 'bash -i') = program_key('/usr/bin/bash', 'bash -l')", 0],
  ["program_key('/usr/bin/python3.11', NULL)", '/usr/bin/python3.11@-'],
  ['program_key(NULL, NULL)', null],
  ["command_digest('sh -c a ') = command_digest(x'7368202d632061')", 1],
  ["command_digest('sh /tmp/tmp.a8Sd7xQz01') = command_digest('sh /tmp/tmp.Qz81mmLk2p')", 1],
  ["command_digest('nc 10.0.0.1 4444') = command_digest('nc 10.0.0.1 4445')", 0],
  ["length(command_digest('x'))", 16],
  ['handle(1, 2, 3)', '1:2:3'],
  ['handle(1, 2, NULL)', '1:2'],
  ['handle(1, NULL, 3)', null],
])('%s is %s', (sql, expected) => {
  expect(db.get(`SELECT ${sql} AS v`)).toEqual({ v: expected });
});
