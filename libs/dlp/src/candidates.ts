// Candidates of several types over one text, in order, with overlaps between types resolved.
import type { InformationType, Level } from './information-type.ts';
import { compileKeywords, keywordsNear } from './keywords.ts';

export type Hit = {
  readonly type: InformationType;
  readonly start: number;
  readonly end: number;
  readonly level: Level;
  readonly value: string;
};

export type CompiledType = {
  readonly type: InformationType;
  readonly keywords: RegExp | undefined;
  readonly exclude: RegExp | undefined;
};

export function compileType(type: InformationType): CompiledType {
  return {
    type,
    keywords: compileKeywords(Object.values(type.keywords).flat()),
    exclude: compileKeywords(type.exclude ?? []),
  };
}

/** Valid hits by start. Of two types where one value lies inside the other, the longer stays; equal spans stay both. */
export function* findHits(text: string, types: readonly CompiledType[], header?: string): Generator<Hit> {
  const streams = types.flatMap((type) => type.type.shapes.map((_, shape) => hitsOf(text, type, shape, header)));
  const heads = streams.map((stream) => stream.next());
  let widest: Hit | undefined;
  let waiting: Hit[] = [];
  for (;;) {
    let best = -1;
    for (let i = 0; i < heads.length; i++) if (isEarlier(heads[i], heads[best])) best = i;
    const head = heads[best];
    if (head === undefined || head.done) break;
    const hit = head.value;
    heads[best] = (streams[best] as Generator<Hit>).next();
    if (widest !== undefined && hit.end <= widest.end && length(hit) < length(widest)) continue;
    if (waiting.length > 0 && hit.start > (waiting[0] as Hit).start) {
      yield* waiting;
      waiting = [];
    }
    waiting = [...waiting.filter((other) => !(other.end <= hit.end && length(other) < length(hit))), hit];
    if (widest === undefined || hit.end > widest.end) widest = hit;
  }
  yield* waiting;
}

function length(hit: Hit): number {
  return hit.end - hit.start;
}

function isEarlier(a: IteratorResult<Hit> | undefined, b: IteratorResult<Hit> | undefined): boolean {
  if (a === undefined || a.done) return false;
  if (b === undefined || b.done) return true;
  return a.value.start < b.value.start || (a.value.start === b.value.start && a.value.end > b.value.end);
}

/** How near an exclude word must stand: it has to name the value, not just the paragraph. */
const EXCLUDE_PROXIMITY = 30;

function* hitsOf(text: string, compiled: CompiledType, shapeIndex: number, header = ''): Generator<Hit> {
  const { type, keywords, exclude } = compiled;
  const shape = type.shapes[shapeIndex];
  if (shape === undefined) return;
  const pattern = new RegExp(shape.pattern.source, shape.pattern.flags);
  const isNear = keywords && keywordsNear(keywords, text);
  const isExcluded = exclude && keywordsNear(exclude, text, EXCLUDE_PROXIMITY);
  const headed = keywords !== undefined && header.search(keywords) >= 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index;
    const raw = match[0].slice(0, shape.cut ? (shape.cut(match[0]) ?? 0) : match[0].length);
    const value = raw === '' ? '' : type.normalise(raw);
    pattern.lastIndex = start + 1;
    if (raw === '' || (type.validate && !type.validate(value, raw))) continue;
    const end = start + raw.length;
    pattern.lastIndex = end;
    const near = headed || (isNear?.(start, end) ?? false);
    if (shape.needsKeyword && !near) continue;
    const signs = Number(type.validate !== undefined) + Number(near || (shape.sign?.(raw) ?? false));
    const excluded = !near && (isExcluded?.(start, end) ?? false);
    yield { type, start, end, level: levelOf(signs - Number(excluded), shape.ceiling), value };
  }
}

function levelOf(signs: number, ceiling: Level = 85): Level {
  const level = signs >= 2 ? 85 : signs === 1 ? 75 : 65;
  return level > ceiling ? ceiling : level;
}
