import type { Columns } from './csv-plan.ts';
import { type Entry, isUnread, type Unread } from './indicator.ts';
import { Wanted } from './wanted.ts';
import { oddAddress } from './warn.ts';

/** What came of the lists of the operator. */
export class Lists {
  readonly wanted: Wanted = new Wanted();
  readonly unread: Unread[] = [];
  /** Indicators that are addresses of a kind no list should hold, by kind: how many, and the first. */
  readonly odd: Map<string, { n: number; readonly first: string }> = new Map();
  /** Attributes of MISP that are not for detection. */
  withheld = 0;
  /** Columns of each list that is a table. */
  readonly columns: { readonly list: string; readonly columns: Columns }[] = [];

  add(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      if (isUnread(entry)) {
        this.unread.push(entry);
        continue;
      }
      const reason = this.wanted.add(entry);
      const { list, place, text } = entry.indicator;
      if (reason !== null) this.unread.push({ list, place, text, reason });
      const odd = oddAddress(entry);
      if (odd === null) continue;
      const known = this.odd.get(odd);
      if (known === undefined) this.odd.set(odd, { n: 1, first: text });
      else known.n++;
    }
  }
}
