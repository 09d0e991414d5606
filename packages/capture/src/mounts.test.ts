import { expect, test } from 'vitest';
import { MountTable, mayStat, prefixes } from './mounts.ts';

const TABLE = new MountTable(
  [
    '22 27 0:21 / /proc rw,relatime - proc proc rw',
    '24 22 0:40 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw,fd=29',
    '27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw',
    '30 27 0:50 / /mnt/nfs rw - nfs4 server:/x rw',
    '31 30 254:0 /sub /mnt/nfs/local rw - ext4 /dev/vda rw',
    '32 27 0:51 / /mnt/a\\040b\\134c rw - fuse.sshfs x rw',
    '33 27 0:4 net:[4026532001] /run/netns/blue rw - nsfs nsfs rw',
    '34 27 0:52 / /twice rw - tmpfs tmpfs rw',
    '35 34 0:53 / /twice rw - cifs //server/x rw',
    'not a line',
    '',
  ].join('\n'),
);

test('a descriptor is asked only where its mount is known and local', () => {
  expect(mayStat('/etc/passwd', 27, TABLE, null)).toBe(true);
  expect(mayStat('/mnt/nfs/x', 30, TABLE, null)).toBe(false);
  expect(mayStat('/etc/passwd', 99, TABLE, null)).toBe(false); // the text looks local: a lazily unmounted directory
  expect(mayStat('/memfd:x (deleted)', 10, TABLE, null)).toBe(false);
  expect(mayStat('/proc/sys/fs/binfmt_misc', 24, TABLE, null)).toBe(false);
  expect(mayStat('/x', 27, null, TABLE)).toBe(true); // passed from the mount namespace of the capture
  expect(mayStat('/x', 27, null, null)).toBe(false);
});

test('objects of the kernel are asked, whatever their mount', () => {
  for (const target of ['socket:[1]', 'pipe:[2]', 'anon_inode:[eventpoll]', 'anon_inode:inotify', 'net:[4026531833]']) {
    expect(mayStat(target, 10, null, null), target).toBe(true);
  }
  expect(mayStat('(unreachable)/x', 10, TABLE, null)).toBe(false);
  expect(mayStat('relative', 10, TABLE, null)).toBe(false);
});

test('a kernel that tells no mount: the longest mount point that is a prefix decides', () => {
  expect(mayStat('/etc/passwd', null, TABLE, null)).toBe(true);
  expect(mayStat('/mnt/nfs/x', null, TABLE, null)).toBe(false);
  expect(mayStat('/mnt/nfs/local/x', null, TABLE, null)).toBe(true);
  expect(mayStat('/mnt/nfsx', null, TABLE, null)).toBe(true);
  expect(mayStat('/mnt/a b\\c/x', null, TABLE, null)).toBe(false);
  expect(mayStat('/twice/x', null, TABLE, null)).toBe(false); // one of the two mounts there is not local
});

test('a path is walked by name only where every mount on the way is local', () => {
  expect(TABLE.localAllTheWay('/etc/passwd')).toBe(true);
  expect(TABLE.localAllTheWay('/')).toBe(true);
  expect(TABLE.localAllTheWay('/mnt/nfs/local/x')).toBe(false);
  expect(TABLE.localAllTheWay('/proc/sys/fs/binfmt_misc/register')).toBe(false);
  expect(new MountTable('').localAllTheWay('/')).toBe(false);
});

test('devices of local file systems, and namespaces that a mount pins', () => {
  expect(TABLE.localDevice('254:0')).toBe(true);
  expect(TABLE.localDevice('0:50')).toBe(false);
  expect(TABLE.localDevice('9:9')).toBe(false);
  expect([...TABLE.all()].flatMap((m) => m.pinned ?? [])).toEqual(['4026532001']);
});

test('prefixes of a path, longest first', () => {
  expect(prefixes('/a/b')).toEqual(['/a/b', '/a', '/']);
  expect(prefixes('/')).toEqual(['/']);
});
