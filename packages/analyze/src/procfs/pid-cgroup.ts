import type { Parser, Placed } from './lines.ts';
import { byLine } from './rows.ts';
import { COLON } from './scan.ts';

/** One line of /proc/PID/cgroup (proc_cgroup_show in kernel/cgroup/cgroup.c). */
export interface CgroupLine extends Placed {
  readonly hierarchy: number;
  readonly controllers: Buffer;
  /** Raw bytes but newline; ends in " (deleted)" for a removed one, begins with `/..` when it is outside of the reader's own. */
  readonly path: Buffer;
}

/** `ID:CONTROLLERS:PATH`, cut at the first two colons. */
export const parsePidCgroup: Parser<CgroupLine> = byLine((sink) => ({ body, start, end, number }) => {
  const first = colonIn(body, start, end);
  const second = colonIn(body, first + 1, end);
  if (second >= end) return { code: 'line-form', message: 'not in the form ID:CONTROLLERS:PATH' };
  const id = body.toString('latin1', start, first);
  if (!/^\d{1,9}$/.test(id)) return { code: 'line-form', message: 'the hierarchy is not a number' };
  sink.record({
    line: number,
    hierarchy: Number(id),
    controllers: body.subarray(first + 1, second),
    path: body.subarray(second + 1, end),
  });
  return 'row';
});

/** The first colon, or `end`. Within the line only: a body without colons would be searched to its end from every line. */
function colonIn(body: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && body[at] !== COLON) at++;
  return Math.min(at, end);
}

/** No shorter path has any of the names below. */
const SHORTEST = '/lxc/a'.length;

/**
 * Container id in the path of a control group: the first component with 64 hex digits (docker, containerd, cri-o, podman and
 * Kubernetes name groups so), else the name after `lxc/` or `lxc.payload.`, else that of systemd-nspawn. The first one, because a process
 * inside a container can make groups below its own, and none above.
 */
export function containerId(path: string): string | null {
  if (path.length < SHORTEST) return null;
  const hex = /(?:^|[/:.-])([0-9a-f]{64})(?=$|[/.:]| \(deleted\)$)/.exec(path);
  if (hex !== null) return hex[1] ?? null;
  const named =
    /\/lxc(?:\.payload\.|\/)([A-Za-z0-9._-]{1,128})(?=$|\/)/.exec(path) ??
    /\/systemd-nspawn@([A-Za-z0-9._\\-]{1,128})\.service(?=$|\/)/.exec(path);
  return named?.[1] ?? null;
}
