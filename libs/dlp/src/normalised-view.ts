// What the eye reads as a digit, dash, space or letter becomes the ASCII one, invisible characters go; an offset map
// leads every hit back to the original span. Only made when the text is not plain ASCII.

import { createView, type View } from './view.ts';

const invisible =
  /\u034f|[\u00ad\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\ufe00-\ufe0f]|[\u17b4\u17b5]|[\u180b-\u180f]/;
const dashes = /[\u2010-\u2015\u2043\u2212\u02d7\u058a\u2796\ufe58\ufe63\uff0d]/;
const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
/** Letters of other scripts that look like Latin ones (UTS 39 confusables, those seen in attacks). */
const confusables: ReadonlyMap<string, string> = new Map(
  pairs('АAВBСCЕEНHІIЈJКKМMОOРPЅSТTХXУYаaсcеeіiјjоoрpѕsхxуyһhԁdԛqԝwӏl' + 'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXοoρpνvαaιi'),
);

function pairs(list: string): [string, string][] {
  const characters = [...list];
  return characters.flatMap((from, i) => (i % 2 === 0 ? [[from, characters[i + 1] ?? from] as [string, string]] : []));
}

/** `undefined` when the text is ASCII or folding changes nothing. */
export function normalisedView(text: string): View | undefined {
  const view = createView(text);
  let changed = false;
  let kept = 0;
  for (const { 0: character, index } of text.matchAll(/[^\p{ASCII}]/gu)) {
    const folded = fold(character);
    if (folded === character) continue;
    changed = true;
    view.keep(kept, index);
    kept = index + character.length;
    view.put(folded, index, kept);
  }
  if (!changed) return undefined;
  view.keep(kept, text.length);
  return view.end();
}

function fold(character: string): string {
  if (invisible.test(character)) return '';
  if (dashes.test(character)) return '-';
  if (spaces.test(character)) return ' ';
  const digit = decimalDigit(character);
  if (digit !== undefined) return digit;
  return confusables.get(character) ?? compatible(character);
}

/** Any decimal digit: Unicode keeps each set in ten code points in a row. */
function decimalDigit(character: string): string | undefined {
  if (!/\p{Nd}/u.test(character)) return undefined;
  const code = character.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  // Mathematical digits stand 50 in a row, five sets of ten (U+1D7CE).
  return String(code >= 0x1d7ce && code <= 0x1d7ff ? (code - 0x1d7ce) % 10 : code - zero);
}

function compatible(character: string): string {
  const plain = character.normalize('NFKC');
  return plain.length <= 4 && /^[\x20-\x7e]{1,4}$/.test(plain) ? plain : character;
}
