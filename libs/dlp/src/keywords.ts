// Keywords near a candidate: whole words, case-folded, within 300 characters either side.

const PROXIMITY = 300;
const BLOCK = 4096;
const LONGEST = 64;

/** Whether a keyword stands near `[start, end)` of the text it was made for. */
export type NearKeyword = (start: number, end: number) => boolean;

/** `undefined` for an empty list. Letters and digits make words, `_` separates them. */
export function compileKeywords(words: readonly string[]): RegExp | undefined {
  if (words.length === 0) return undefined;
  const alternatives = [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) =>
      word
        .normalize('NFC')
        .replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
        .replace(/[ _-]/g, '[ \\t_\\-]{0,3}'),
    );
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
}

/**
 * Looks a text up block by block and only around hits: dense columns cost one pass, clean text costs nothing.
 * `proximity` in characters (code points).
 */
export function keywordsNear(pattern: RegExp, text: string, proximity = PROXIMITY): NearKeyword {
  const blocks = new Map<number, readonly (readonly [number, number])[]>();
  const block = (index: number) => {
    let found = blocks.get(index);
    if (found === undefined) {
      if (blocks.size > 4) blocks.clear();
      found = findInBlock(pattern, text, index);
      blocks.set(index, found);
    }
    return found;
  };
  const hasPairs = /[\ud800-\udfff]/.test(text);
  return (start, end) => {
    const from = hasPairs ? stepBack(text, start, proximity) : Math.max(0, start - proximity);
    const to = hasPairs ? stepOn(text, end, proximity) : Math.min(text.length, end + proximity);
    for (let index = Math.floor(from / BLOCK); index * BLOCK < to; index++) {
      for (const [at, stop] of block(index)) {
        if (at >= from && stop <= to && (stop <= start || at >= end)) return true;
      }
    }
    return false;
  };
}

function findInBlock(pattern: RegExp, text: string, index: number): [number, number][] {
  const from = Math.max(0, index * BLOCK - 2);
  const slice = text.slice(from, (index + 1) * BLOCK + LONGEST);
  const found: [number, number][] = [];
  for (const match of slice.matchAll(pattern)) {
    const at = from + match.index;
    if (at >= index * BLOCK && at < (index + 1) * BLOCK) found.push([at, at + match[0].length]);
  }
  return found;
}

/** Code points back; a surrogate pair is one. */
function stepBack(text: string, from: number, count: number): number {
  let at = from;
  for (let i = 0; i < count && at > 0; i++) at -= isLow(text.charCodeAt(at - 1)) ? 2 : 1;
  return Math.max(0, at);
}

function stepOn(text: string, from: number, count: number): number {
  let at = from;
  for (let i = 0; i < count && at < text.length; i++) at += isLow(text.charCodeAt(at + 1)) ? 2 : 1;
  return Math.min(text.length, at);
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
