// What one request shows for one field, prepared once however many policies look at it.
import type { Reading, Scalar } from '../criteria/criterion.ts';
import { type Address, parseAddress } from './ip-match.ts';
import { fold, words } from './text-match.ts';

export class Seen {
  readonly reading: Reading;
  /** Nothing while the fact is pending. */
  readonly values: readonly Scalar[];
  private foldedValues: readonly string[] | undefined;
  private wordSets: readonly ReadonlySet<string>[] | undefined;
  private parsed: readonly (Address | undefined)[] | undefined;

  constructor(reading: Reading) {
    this.reading = reading;
    this.values = reading.state === 'pending' ? [] : reading.values;
  }

  /** The values in the form in which texts are compared. */
  get folded(): readonly string[] {
    this.foldedValues ??= this.values.map((value) => fold(String(value)));
    return this.foldedValues;
  }

  /** The whole words of each value. */
  get words(): readonly ReadonlySet<string>[] {
    this.wordSets ??= this.values.map((value) => new Set(words(String(value))));
    return this.wordSets;
  }

  /** The values read as addresses; undefined for one that is none. */
  get addresses(): readonly (Address | undefined)[] {
    this.parsed ??= this.values.map((value) => parseAddress(String(value)));
    return this.parsed;
  }
}

/** Whether a field's values satisfy a positive operator with the values of one row. */
export type Test = (seen: Seen) => boolean;
