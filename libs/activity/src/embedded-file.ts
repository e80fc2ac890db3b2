// Documents that an API hands out as base64 inside JSON, for a script to turn into a file.

/** base64 of the first bytes of documents and archives: PDF, zip/OOXML/ODF, OLE2, RTF, gzip, 7z, RAR. */
const heads: readonly [RegExp, string][] = [
  [/^JVBERi/, 'pdf'],
  [/^UEsDB|^UEsFB|^UEsHC/, 'zip'],
  [/^0M8R4KGx/, 'ole2'],
  [/^e1xydG/, 'rtf'],
  [/^H4sI/, 'gzip'],
  [/^N3q8rycc/, '7z'],
  [/^UmFyIRoH/, 'rar'],
];

/** Unescaped or JSON-escaped slashes, base64 and base64url alphabets. */
const run = /["'](?:data:[\w.+/\\-]*(?:;[\w=.-]+)*;base64,)?((?:[A-Za-z0-9+_-]|\\?\/){64,})/g;

/** Kind of the first document head in a base64 string of `text`, or undefined. */
export const embeddedFile = (text: string): string | undefined => {
  for (const [, encoded = ''] of text.matchAll(run)) {
    for (const [head, kind] of heads) if (head.test(encoded)) return kind;
  }
  return undefined;
};
