// One request as all policies look at it: every field is read and prepared at most once.
import type { ContentMatch, DecisionRequest } from '@gatehouse/contracts/decision';
import { criteria } from './criteria/all.ts';
import { fileOf } from './criteria/criterion.ts';
import { Seen } from './match/seen.ts';
import { fold } from './match/text-match.ts';

export class Facts {
  readonly request: DecisionRequest;
  private readonly ignoreFindings: boolean;
  private readonly fields: (Seen | undefined)[] = new Array(criteria.length);
  private found: ReadonlyMap<string, ContentMatch> | undefined;

  /** `ignoreFindings`: as if nothing had been learned of a file that was not fully inspected. */
  constructor(request: DecisionRequest, options: { readonly ignoreFindings?: boolean } = {}) {
    this.request = request;
    this.ignoreFindings = options.ignoreFindings ?? false;
  }

  /** What the request shows for the field at this place of the list of criteria. */
  at(place: number): Seen {
    const known = this.fields[place];
    if (known !== undefined) return known;
    const seen = new Seen(this.read(place));
    this.fields[place] = seen;
    return seen;
  }

  /** Findings by folded type. */
  get findings(): ReadonlyMap<string, ContentMatch> {
    this.found ??= new Map(this.matches().map((match) => [fold(match.type), match]));
    return this.found;
  }

  private read(place: number) {
    const reading = criteria[place]!.read(this.request);
    return reading.state === 'unscannable' && this.ignoreFindings ? { ...reading, values: [] } : reading;
  }

  private matches(): readonly ContentMatch[] {
    const { content } = fileOf(this.request);
    if (content.state === 'pending' || (content.state === 'unscannable' && this.ignoreFindings)) return [];
    return content.matches;
  }
}

/** True if something about the file could not be learned. */
export function isNotFullyInspected(request: DecisionRequest): boolean {
  const { label, content, malware } = fileOf(request);
  return [label, content, malware].some(({ state }) => state === 'unscannable');
}
