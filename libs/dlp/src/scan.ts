// Text to masked findings. One scan may take many pieces of one file; distinct values count once over all of them.
import type { ContentMatch, Finding } from '@gatehouse/contracts/decision';
import { type CompiledType, compileType, findHits, type Hit } from './candidates.ts';
import { decodedView, quotedPrintableView } from './decoded-view.ts';
import type { InformationType, Level } from './information-type.ts';
import { types } from './information-types/all.ts';
import { maskEvidence, maskPlace } from './mask.ts';
import { normalisedView } from './normalised-view.ts';
import { composeViews, type View } from './view.ts';

/** Distinct values remembered per type; further ones are counted without comparing. */
const MAX_DISTINCT = 10_000;
const MAX_FINDINGS = 20;
/** Base64 of a percent-encoded value and the like. */
const MAX_DECODING = 2;

export type ScanResult = {
  /** Distinct instances per type that reach each confidence (65 counts all). Types without a hit are left out. */
  readonly matches: readonly ContentMatch[];
  /** Masked samples, surest first, at most 20 a type. */
  readonly findings: readonly Finding[];
  /** Ids asked for that no type here has: whoever asked must not read silence as "clean". */
  readonly unknown: readonly string[];
};

export type Scan = {
  /**
   * `header` counts as a keyword adjacent to every value of the piece; such a piece repeats text added before, and
   * only types whose keywords are in the header are looked for.
   */
  add(text: string, place: string, header?: string): void;
  result(): ScanResult;
};

/** One-shot scan of one text. */
export function scan(text: string, typeIds: readonly string[], place: string): ScanResult {
  const state = createScan(typeIds);
  state.add(text, place);
  return state.result();
}

/** A scan over all pieces of a file. Keeps raw values in memory until it is dropped, never in its result. */
export function createScan(typeIds: readonly string[]): Scan {
  const known = typeIds.flatMap((id) => types.filter((type) => type.id === id));
  const compiled = known.map(compiledType);
  const tallies = new Map(known.map((type) => [type.id, createTally(type.id)]));
  const take = (text: string, place: string, header: string | undefined, view?: View) => {
    for (const hit of findHits(view?.text ?? text, headed(compiled, header), header)) {
      const start = view?.startOf(hit.start) ?? hit.start;
      const end = view?.endOf(hit.end) ?? hit.end;
      tallies.get(hit.type.id)?.add(hit, () => ({
        type: hit.type.id,
        confidence: hit.level,
        place: maskPlace(place),
        evidence: maskEvidence(text, start, end),
      }));
    }
  };
  return {
    add(text, place, header) {
      if (headed(compiled, header).length === 0) return;
      take(text, place, header);
      for (const view of viewsOf(text)) take(text, place, header, view);
    },
    result: () => ({
      matches: [...tallies.values()].flatMap((tally) => tally.match() ?? []),
      findings: [...tallies.values()].flatMap((tally) => tally.findings()),
      unknown: typeIds.filter((id) => !tallies.has(id)),
    }),
  };
}

/** Other readings of the same text; the original is scanned as well, as folding may also hide something. */
function viewsOf(text: string): View[] {
  const views = [normalisedView(text), quotedPrintableView(text)].filter((view) => view !== undefined);
  let decoded = decodedView(text);
  for (let depth = 0; depth < MAX_DECODING && decoded !== undefined; depth++) {
    views.push(decoded);
    const inner = normalisedView(decoded.text);
    if (inner !== undefined) views.push(composeViews(decoded, inner));
    const deeper = decodedView(decoded.text);
    decoded = deeper === undefined ? undefined : composeViews(decoded, deeper);
  }
  return views;
}

/** A column is another reading of cells already seen: only types its header speaks for can gain by it. */
function headed(compiled: readonly CompiledType[], header: string | undefined): readonly CompiledType[] {
  if (header === undefined) return compiled;
  return compiled.filter(({ keywords }) => keywords !== undefined && header.search(keywords) >= 0);
}

const cache = new Map<string, CompiledType>();
function compiledType(type: InformationType): CompiledType {
  const ready = cache.get(type.id) ?? compileType(type);
  cache.set(type.id, ready);
  return ready;
}

function createTally(type: string) {
  const levels = new Map<string, Level>();
  const further = { 65: 0, 75: 0, 85: 0 };
  const samples = new Map<string, Finding>();
  return {
    add(hit: Hit, finding: () => Finding) {
      const before = levels.get(hit.value);
      if (before !== undefined && before >= hit.level) return;
      if (before === undefined && levels.size >= MAX_DISTINCT) further[hit.level]++;
      else levels.set(hit.value, hit.level);
      if (samples.has(hit.value) || samples.size < MAX_FINDINGS) samples.set(hit.value, finding());
      else replaceWeakest(samples, hit, finding);
    },
    match(): ContentMatch | undefined {
      const exact = { ...further };
      for (const level of levels.values()) exact[level]++;
      const from75 = exact[75] + exact[85];
      return levels.size === 0 ? undefined : { type, instances: { 65: exact[65] + from75, 75: from75, 85: exact[85] } };
    },
    findings: () => [...samples.values()].sort((a, b) => b.confidence - a.confidence),
  };
}

function replaceWeakest(samples: Map<string, Finding>, hit: Hit, finding: () => Finding): void {
  for (const [value, sample] of samples) {
    if (sample.confidence >= hit.level) continue;
    samples.delete(value);
    samples.set(hit.value, finding());
    return;
  }
}
