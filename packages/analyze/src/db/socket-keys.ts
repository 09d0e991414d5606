import { unpackColumn } from '../tables/number-columns.ts';
import { SOCKETS_A_BLOCK } from '../tables/socket-keys.ts';
import { UserError } from '../user-error.ts';
import type { CaseDb } from './query.ts';

/** A row of socket_keys: what some thousand rows of sockets_inet are known by. */
export interface KeyBlock {
  readonly ofSource: number;
  readonly netNs: number | null;
  readonly proto: string;
  readonly family: 4 | 6;
  readonly sockets: number;
  readonly keys: Buffer;
}

const BLOCKS = `SELECT of_source AS ofSource, net_ns AS netNs, proto, family, sockets, keys FROM socket_keys WHERE capture_id = ? ORDER BY block`;

/** All blocks of a capture, in the order of their rows. Throws UserError for one that no load of ours can have written. */
export function keyBlocks(db: CaseDb, captureId: number): KeyBlock[] {
  const blocks = db.all<KeyBlock>(BLOCKS, captureId);
  if (blocks.some((b) => !(b.sockets > 0 && b.sockets <= SOCKETS_A_BLOCK && (b.family === 4 || b.family === 6)))) throw spoilt();
  return blocks;
}

/** Numbers of the sockets of a block, NaN for what is unknown; arrays of SOCKETS_A_BLOCK, used again for the next block. */
export interface KeyColumns {
  readonly line: Float64Array;
  readonly state: Float64Array;
  readonly inode: Float64Array;
  readonly localPort: Float64Array;
  readonly remotePort: Float64Array;
  /** 32-bit words, first the local address: 1 + 1, or 4 + 4. */
  readonly addresses: readonly Float64Array[];
}

export function newKeyColumns(): KeyColumns {
  const column = (): Float64Array => new Float64Array(SOCKETS_A_BLOCK);
  return {
    line: column(),
    state: column(),
    inode: column(),
    localPort: column(),
    remotePort: column(),
    addresses: Array.from({ length: 8 }, column),
  };
}

/** Fills the columns from a block. Throws UserError where its bytes are not as long as they should be. */
export function unpackKeys({ family, sockets, keys }: KeyBlock, into: KeyColumns): void {
  const { line, state, inode, localPort, remotePort, addresses } = into;
  const view = new DataView(keys.buffer, keys.byteOffset, keys.length);
  let at = 0;
  for (const column of [line, state, inode, localPort, remotePort, ...addresses.slice(0, family === 4 ? 2 : 8)]) {
    const end = unpackColumn(view, at, sockets, column);
    if (end === null) throw spoilt();
    at = end;
  }
}

function spoilt(): UserError {
  return new UserError('socket_keys of this case is not as a load writes it', 'load the archives into a new case file');
}
