import { handleOf } from '../db/handle.ts';
import type { CaseDb } from '../db/query.ts';
import { evidenceOf } from '../ledger/evidence.ts';
import { unheldSockets } from '../ledger/ownership.ts';
import { storedLedger } from '../ledger/stored.ts';
import { terminal } from '../render/cell.ts';
import type { Asked } from './needs.ts';

/** Rows of one check, or sockets of one reason, that are kept for a rule: so many of one never push out another. */
const MOST = 2000;

/** What the ledger says of a capture, as JSON that SQL can take apart; computed when the first rule asks for it. */
export function beyondSql(db: CaseDb, captureId: number): Pick<Asked, 'broken' | 'unheld'> {
  return { broken: once(() => [...broken(db, captureId)]), unheld: once(() => [...unheld(db, captureId)]) };
}

function once(make: () => readonly object[]): () => string {
  let text: string | undefined;
  return () => {
    text ??= JSON.stringify(make());
    return text;
  };
}

function* broken(db: CaseDb, captureId: number): Generator<object, void> {
  for (const entry of storedLedger(db, captureId)) {
    if (entry.result !== 'broken') continue;
    const { section, check, expected, found } = entry;
    let n = 0;
    for (const { subject, says, sourceId, line } of evidenceOf(db, captureId, entry)) {
      if (n++ === MOST) break;
      yield { section, check, expected, found, subject: terminal(subject), says: terminal(says), at: handleOf(captureId, sourceId, line) };
    }
  }
}

function* unheld(db: CaseDb, captureId: number): Generator<object, void> {
  const kept = new Map<string, number>();
  for (const { reason, protocol, local, remote, state, passes, places } of unheldSockets(db, captureId)) {
    const n = kept.get(reason) ?? 0;
    if (n === MOST) continue;
    kept.set(reason, n + 1);
    const at = places.map((place) => `${captureId}:${place}`);
    yield { reason, protocol, local: terminal(local), remote: terminal(remote), state, passes, at: JSON.stringify(at) };
  }
}
