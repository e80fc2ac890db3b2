// A sensitive information type: shape, validator, keywords and its own samples, in one object.

export type Level = 65 | 75 | 85;

export type Shape = {
  /** Global; bounded repeats only. Matches are candidates, not findings. */
  readonly pattern: RegExp;
  /** Length of the true value where the pattern may run past it; `undefined` drops the candidate. */
  readonly cut?: (raw: string) => number | undefined;
  /** Says nothing without a keyword near by. */
  readonly needsKeyword?: boolean;
  /** Highest confidence this shape may reach. */
  readonly ceiling?: Level;
  /** A second sign inside the match that weighs like a keyword. */
  readonly sign?: (raw: string) => boolean;
};

export type MatchSample = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly level: Level;
};
export type NoMatchSample = { readonly text: string; readonly why: string };

export type InformationType = {
  readonly id: string;
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** What makes two spellings one instance. */
  readonly normalise: (raw: string) => string;
  /** Check digits or allocation rules: false is never a finding, whatever the keywords say. */
  readonly validate?: (normalised: string, raw: string) => boolean;
  /** By locale; whole words, within 300 characters either side. */
  readonly keywords: Readonly<Record<string, readonly string[]>>;
  /** Words beside the value that cost one level. */
  readonly exclude?: readonly string[];
  /** At least 20 each; spans in UTF-16 units. Tests, docs and the portal's "try it" run them. */
  readonly samples: { readonly match: readonly MatchSample[]; readonly noMatch: readonly NoMatchSample[] };
};

/** Writes a sample with its span marked: `SSN «123-45-6789»`. */
export function sample(level: Level, marked: string): MatchSample {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  if (start < 0 || end < start) throw new Error('a sample marks its span with « and »');
  return { text: marked.replace('«', '').replace('»', ''), start, end, level };
}
