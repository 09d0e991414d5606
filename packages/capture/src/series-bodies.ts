/**
 * Which bodies stand in earlier archives of a series, by SHA-256. Only those of the moment before and of the last full one are known: what changes and
 * changes back is stored again, and memory does not grow with the number of moments.
 */
export class SeriesBodies {
  /** SHA-256 to the moment in whose archive the body stands. */
  #full: ReadonlyMap<string, number> = new Map();
  #last: ReadonlyMap<string, number> = new Map();
  #now = new Map<string, number>();
  #moment = 0;
  /** Bodies of this moment that stand in earlier archives. */
  referred = 0;

  /** No archive was made before. */
  get first(): boolean {
    return this.#last.size === 0;
  }

  begin(moment: number): void {
    this.#moment = moment;
    this.#now = new Map();
    this.referred = 0;
  }

  /** The earlier moment that has this body; null when it is to be stored now. */
  earlier(sha256: string): number | null {
    const found = this.#last.get(sha256) ?? this.#full.get(sha256) ?? null;
    // Of what stands in this archive several times, the first is meant.
    if (!this.#now.has(sha256)) this.#now.set(sha256, found ?? this.#moment);
    if (found !== null) this.referred++;
    return found;
  }

  /** The archive of this moment is whole. */
  end(light: boolean): void {
    this.#last = this.#now;
    if (!light) this.#full = this.#now;
  }
}
