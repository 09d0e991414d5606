import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Failure } from './attempt.ts';
import { splitDev, takeLstat, takeStat } from './stat.ts';

test('major and minor of a device number are what the C library takes out of it', () => {
  const devices = [0xfe00, 0x0103, 0x100103, 0xfff0ffff, 0xffffffff, 0x100001f03n, 0xfffffffffffn, 0x7fffffffffffffffn];
  const program = 'import os,sys\nfor d in map(int,sys.argv[1:]): print(os.major(d), os.minor(d))';
  const said = execFileSync('python3', ['-c', program, ...devices.map(String)], { encoding: 'latin1' });
  expect(devices.map((d) => `${splitDev(d).join(' ')}\n`).join('')).toBe(said);
});

test('stat is what stat(1) says', () => {
  const said = execFileSync('stat', ['-L', '-c', '%f %h %u %g %Hd:%Ld %i %Hr:%Lr %s', '/dev/null'], { encoding: 'latin1' }).trim();
  const st = takeStat('/dev/null');
  if (st instanceof Failure) throw new Error(st.errno);
  expect(`${st.mode.toString(16)} ${st.nlink} ${st.uid} ${st.gid} ${st.dev.join(':')} ${st.ino} ${st.rdev.join(':')} ${st.size}`).toBe(
    said,
  );
});

test('lstat does not follow, and failures are their errno', () => {
  const st = takeLstat('/proc/self/exe');
  expect(st instanceof Failure ? st : st.mode & 0o170000).toBe(0o120000);
  expect(takeStat('/nowhere')).toEqual(new Failure('ENOENT'));
});
