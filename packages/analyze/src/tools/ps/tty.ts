/** Majors of terminal drivers: the kernel's Documentation/admin-guide/devices.txt. Name, minor of the first one. */
const DRIVERS: readonly (readonly [major: number, from: number, to: number, name: string, first: number])[] = [
  [4, 0, 63, 'tty', 0],
  [4, 64, 255, 'ttyS', 64],
  [166, 0, 255, 'ttyACM', 0],
  [188, 0, 255, 'ttyUSB', 0],
  [204, 64, 79, 'ttyAMA', 64],
  [229, 0, 255, 'hvc', 0],
];

/** Name of the controlling terminal from the device number in /proc/PID/stat (new_encode_dev of the kernel), as ps names it; `?` for none. */
export function ttyName(device: number): string {
  // Printed as a signed int: a minor above 2^19 makes it negative.
  const dev = device >>> 0;
  if (dev === 0) return '?';
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 5 && minor < 2) return minor === 0 ? 'tty' : 'console';
  const driver = DRIVERS.find(([m, from, to]) => m === major && minor >= from && minor <= to);
  return driver === undefined ? `${major}:${minor}` : `${driver[3]}${minor - driver[4]}`;
}
