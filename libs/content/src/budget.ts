// Caps that hold over a whole file with all its inner files. Crossing one stops the extraction from any depth.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';

export type Limits = {
  readonly characters: number;
  /** Levels of archives in archives. */
  readonly depth: number;
  readonly entries: number;
  /** Inflated bytes of one part, and of all parts together. */
  readonly partBytes: number;
  readonly inflatedBytes: number;
  /** Inflated bytes per byte of the file, looked at after `ratioFloor` bytes. */
  readonly ratio: number;
  readonly ratioFloor: number;
  /** True when the soft stop has come: what was found so far is reported as `timeout`. */
  readonly expired: () => boolean;
};

export const defaultLimits: Limits = {
  characters: 10_000_000,
  depth: 4,
  entries: 10_000,
  partBytes: 256 * 2 ** 20,
  inflatedBytes: 2 ** 30,
  ratio: 200,
  ratioFloor: 16 * 2 ** 20,
  expired: () => false,
};

/** Unwinds all levels at once; caught only in `extract`. */
export class Stopped extends Error {
  readonly code = 'STOPPED';
  readonly outcome: ScanOutcome;
  constructor(outcome: ScanOutcome) {
    super(outcome.status);
    this.outcome = outcome;
  }
}

export type Budget = {
  readonly limits: Limits;
  /** Room left for text; the caller cuts to it, then calls `spendCharacters`. */
  charactersLeft(): number;
  spendCharacters(count: number): void;
  spendEntry(): void;
  spendInflated(count: number, partSoFar: number): void;
  tick(stage: string): void;
};

/** `fileSize` in bytes is what the compression ratio is measured against. */
export function createBudget(limits: Limits, fileSize: number): Budget {
  let characters = 0;
  let entries = 0;
  let inflated = 0;
  const tooLarge = (limit: string) => new Stopped({ status: 'tooLarge', limit });
  return {
    limits,
    charactersLeft: () => Math.max(0, limits.characters - characters),
    spendCharacters(count) {
      characters += count;
      if (characters > limits.characters) throw tooLarge('characters');
    },
    spendEntry() {
      if (++entries > limits.entries) throw tooLarge('entries');
    },
    spendInflated(count, partSoFar) {
      inflated += count;
      if (partSoFar > limits.partBytes) throw tooLarge('partBytes');
      if (inflated > limits.inflatedBytes) throw tooLarge('inflatedBytes');
      if (inflated > limits.ratioFloor && inflated > limits.ratio * fileSize) throw tooLarge('ratio');
    },
    tick(stage) {
      if (limits.expired()) throw new Stopped({ status: 'timeout', stage });
    },
  };
}
