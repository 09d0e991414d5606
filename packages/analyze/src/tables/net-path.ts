/**
 * Paths of a file below /proc/net: of the capture's own namespace, or under the process or thread that stands for another one.
 * `names` is a regular expression without groups.
 */
export function netPath(names: string): RegExp {
  return new RegExp(`^proc/(?:\\d+/|\\d+/task/\\d+/)?net/(?:${names})$`);
}

/** Last segment of a path: which table it is. */
export function tableName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Word for a number of the kernel, `0xNN` where there is none. */
export function wordOr(words: readonly (string | undefined)[], n: number): string {
  return words[n] ?? `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;
}
