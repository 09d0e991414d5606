/** Bytes [start, end) of a body. */
export type Range = readonly [start: number, end: number];

/** Finds the pieces of a body that has no lines (messages, entries) by their number, cheaply when they are asked for in order. */
export class Pieces {
  readonly #make: () => Iterator<Range, undefined>;
  #iterator: Iterator<Range, undefined>;
  #number = 0;
  #range: Range | undefined;

  constructor(make: () => Iterator<Range, undefined>) {
    this.#make = make;
    this.#iterator = make();
  }

  /** Undefined when there are fewer. */
  range(number: number): Range | undefined {
    if (number < this.#number) {
      this.#iterator = this.#make();
      this.#number = 0;
    }
    while (this.#number < number) {
      this.#range = this.#iterator.next().value;
      this.#number++;
    }
    return this.#range;
  }
}
