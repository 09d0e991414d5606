import { sameBytes } from './seen.ts';

/** A column whose text often is that of the row before (own address, hidden pointer): then it is not made again. */
export class Repeating<T> {
  private readonly body: Buffer;
  private readonly make: (start: number, end: number) => T;
  private start = 0;
  private end = 0;
  private value: T | undefined;

  constructor(body: Buffer, make: (start: number, end: number) => T) {
    this.body = body;
    this.make = make;
  }

  at(start: number, end: number): T {
    const { value } = this;
    if (value !== undefined && sameBytes(this.body, this.start, this.end, start, end)) return value;
    const made = this.make(start, end);
    this.start = start;
    this.end = end;
    this.value = made;
    return made;
  }
}
