import { constants } from 'node:os';
import { Failure } from '../attempt.ts';

/** Of two names of one number the one that Node's own errors bear. */
const SECOND_NAMES = new Set(['EWOULDBLOCK', 'ENOTSUP']);

const NAMES = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => !SECOND_NAMES.has(name))
    .map(([name, number]) => [number, name]),
);

/** An errno of the kernel (positive) as data. */
export function failureOf(errno: number): Failure {
  return new Failure(NAMES.get(errno) ?? String(errno));
}
