/** Reading what live tools print. */

/** Lines without their trailing blanks, the empty ones left out. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

export interface Timer {
  readonly name: string;
  readonly seconds: number;
  readonly retransmits: number;
  readonly probes: number;
}

/** A line of `netstat -o` in two parts: everything before the timer, and the timer. */
export function splitTimer(line: string): { readonly rest: string; readonly timer: Timer | null } {
  const match = /^(.*?)\s+(\S+) \((-?[\d.]+)\/(\d+)\/(\d+)\)$/.exec(line);
  if (match === null) return { rest: line, timer: null };
  const [, rest = '', name = '', seconds, retransmits, probes] = match;
  return { rest: rest.trimEnd(), timer: { name, seconds: Number(seconds), retransmits: Number(retransmits), probes: Number(probes) } };
}
