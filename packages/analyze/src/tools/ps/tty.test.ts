import { expect, test } from 'vitest';
import { ttyName } from './tty.ts';

test.each([
  [0, '?'],
  [34816, 'pts/0'],
  [34817, 'pts/1'],
  [35071, 'pts/255'],
  [35072, 'pts/256'],
  [1025, 'tty1'],
  [1088, 'ttyS0'],
  [1280, 'tty'],
  [1281, 'console'],
  [52288, 'ttyAMA0'],
  [58624, 'hvc0'],
  // Minor 256 of major 136: its upper bits stand above the major.
  [34816 + 0x100000, 'pts/256'],
  [-2147448832, 'pts/524288'],
  [65535, '255:255'],
])('%i is %s', (device, name) => expect(ttyName(device)).toBe(name));
