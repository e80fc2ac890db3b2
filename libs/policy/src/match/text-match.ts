// Text rules of SPEC section 3: case-insensitive, NFC, `contains` is whole words, quoted text is a phrase.

const separator = /[\s,.\-_]+/u;
const isSeparator = (character: string | undefined) => character === undefined || separator.test(character);

/** The form in which two texts are compared. Upper then lower case folds ß, ſ and the final sigma as well. */
export function fold(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** The whole words of a text, folded. Separators: comma, dot, white space, hyphen, underscore. */
export function words(text: string): string[] {
  return fold(text)
    .split(separator)
    .filter((word) => word !== '');
}

/** The text between the quotes if all of the value is quoted. */
export function quotedPhrase(value: string): string | undefined {
  return /^"(.+)"$/su.exec(value.trim())?.[1];
}

/** True if the phrase occurs in the text exactly, between separators; both folded. */
export function hasPhrase(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase); at !== -1; at = text.indexOf(phrase, at + 1)) {
    if (isSeparator(text[at - 1]) && isSeparator(text[at + phrase.length])) return true;
  }
  return false;
}
