// Evidence without the evidence: letters and digits of every value become X, remaining digits #.
import type { InformationType } from './information-type.ts';
import { types } from './information-types/all.ts';

const CONTEXT = 40;
/** A neighbour's value may begin outside the window shown. */
const MARGIN = 400;
const MAX_MATCH = 80;

/**
 * The window round `[start, end)`: 40 characters each side, every value in it masked, whatever types were asked for.
 * Line breaks become spaces.
 */
export function maskEvidence(text: string, start: number, end: number): string {
  const from = Math.max(0, start - CONTEXT - MARGIN);
  const slice = text.slice(from, Math.min(text.length, end + CONTEXT + MARGIN));
  const masked = maskSpans(slice, [[start - from, end - from], ...valueSpans(slice)]);
  const shown = masked.slice(Math.max(0, start - from - CONTEXT), end - from + CONTEXT);
  return tidy(end - start > MAX_MATCH ? shorten(shown, Math.min(CONTEXT, start)) : shown);
}

/** A place (file, sheet or part name) may hold values too. */
export function maskPlace(place: string): string {
  return tidy(maskSpans(place, valueSpans(place), false)).slice(0, 300);
}

function maskSpans(text: string, spans: readonly (readonly [number, number])[], digits = true): string {
  const characters = [...text.split('')];
  for (const span of spans) {
    const [start, end] = widen(text, span);
    for (let at = start; at < end; at++) {
      // Letters beyond the basic plane are two units; either half would give nothing away but garbage.
      if (/[\p{L}\p{N}\p{M}\ud800-\udfff]/u.test(characters[at] ?? '')) characters[at] = 'X';
    }
  }
  const masked = characters.join('');
  return digits ? masked.replace(/\p{N}/gu, '#') : masked;
}

/** A value broken by a foreign letter is found in part only: take the whole word if it is not plain ASCII. */
function widen(text: string, [start, end]: readonly [number, number]): [number, number] {
  const from = Math.max(0, start);
  const to = Math.min(text.length, end);
  const before = /[\p{L}\p{N}\p{M}\p{Cf}._%+-]{1,100}$/u.exec(text.slice(Math.max(0, from - 100), from))?.[0] ?? '';
  const after = /^[\p{L}\p{N}\p{M}\p{Cf}._%+-]{1,100}/u.exec(text.slice(to, to + 100))?.[0] ?? '';
  const foreign = /[^\p{ASCII}]/u;
  return [foreign.test(before) ? from - before.length : from, foreign.test(after) ? to + after.length : to];
}

/** Spans of anything that has the shape of a known type, valid or not, and of long random-looking tokens. */
function valueSpans(text: string): [number, number][] {
  const spans: [number, number][] = [];
  for (const pattern of shapes()) {
    for (const match of text.matchAll(pattern)) spans.push([match.index, match.index + match[0].length]);
  }
  return spans;
}

/** Keys and hashes next to a find (the secret half of a key pair) are secrets of no known type. */
const token = /(?=[A-Za-z+/_-]{0,60}[0-9])[A-Za-z0-9+/_=-]{20,400}/g;
const longDigits = /\p{Nd}(?:[ .\-\u00a0\u2010-\u2015/]?\p{Nd}){5,40}/gu;

let compiled: readonly RegExp[] | undefined;
function shapes(): readonly RegExp[] {
  compiled ??= [
    ...types.flatMap((type: InformationType) => type.shapes.map((shape) => shape.pattern)),
    token,
    longDigits,
  ];
  return compiled;
}

function shorten(shown: string, before: number): string {
  return `${shown.slice(0, before + MAX_MATCH / 2)}…${shown.slice(-CONTEXT - MAX_MATCH / 4)}`;
}

/** Control and direction characters could play tricks on whoever reads the log. */
function tidy(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').toWellFormed();
}
