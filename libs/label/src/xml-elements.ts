// Where the elements of a small XML part lie in its text, so that a change leaves every other character as it is.
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { corrupt, overLimit } from './label-error.ts';

const maxDepth = 64;
const maxElements = 300_000;

export type Located = {
  readonly name: string;
  readonly uri: string;
  readonly local: string;
  readonly attributes: readonly Pick<SaxesAttributeNS, 'name' | 'uri' | 'local' | 'value'>[];
  readonly parent: Located | undefined;
  /** UTF-16 offsets: `<`, behind the opening tag's `>`, `<` of the closing tag, behind the whole element. */
  readonly start: number;
  readonly openEnd: number;
  closeStart: number;
  end: number;
  /** Text directly inside, references decoded. */
  text: string;
};
export type Edit = { readonly at: number; readonly remove: number; readonly insert: string };

/** UTF-8 text with its byte order mark, if any, kept; other encodings throw, as they cannot be put back. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Every element in document order; throws on what is not well-formed, on a document type and beyond the limits. */
export function locateElements(text: string): Located[] {
  const parser = new SaxesParser({ xmlns: true });
  const found: Located[] = [];
  const stack: Located[] = [];
  let start = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => corrupt('document type in XML'));
  parser.on('opentagstart', () => {
    start = text.lastIndexOf('<', parser.position - 1);
  });
  parser.on('opentag', (tag) => {
    if (stack.length >= maxDepth) overLimit('XML depth');
    if (found.length >= maxElements) overLimit('XML elements');
    const attributes = Object.values(tag.attributes as Record<string, SaxesAttributeNS>);
    const place = { start, openEnd: parser.position, closeStart: parser.position, end: parser.position, text: '' };
    const element = { name: tag.name, uri: tag.uri, local: tag.local, attributes, parent: stack.at(-1), ...place };
    found.push(element);
    stack.push(element);
  });
  const addText = (piece: string) => {
    const top = stack.at(-1);
    if (top) top.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', (tag) => {
    const element = stack.pop();
    if (!element || tag.isSelfClosing) return;
    element.end = parser.position;
    element.closeStart = text.lastIndexOf('<', parser.position - 1);
  });
  parser.write(text).close();
  return found;
}

/** The value of an attribute; without `uri` one that has no namespace. */
export function attributeOf(element: Located, local: string, uri = ''): string | undefined {
  return element.attributes.find((candidate) => candidate.local === local && candidate.uri === uri)?.value;
}

/** Removes an element. */
export const removal = (element: Located): Edit => ({
  at: element.start,
  remove: element.end - element.start,
  insert: '',
});

/** Adds `xml` as the last child; an empty-element tag is opened for it. */
export function appendChild(text: string, element: Located, xml: string): Edit {
  if (text[element.openEnd - 2] !== '/') return { at: element.closeStart, remove: 0, insert: xml };
  return { at: element.openEnd - 2, remove: 2, insert: `>${xml}</${element.name}>` };
}

/** Adds `xml` as the first child. */
export function prependChild(text: string, element: Located, xml: string): Edit {
  if (text[element.openEnd - 2] !== '/') return { at: element.openEnd, remove: 0, insert: xml };
  return appendChild(text, element, xml);
}

/** The text with all edits done; they must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  // At one place what is put in comes before what is taken out.
  for (const edit of [...edits].sort((a, b) => a.at - b.at || a.remove - b.remove)) {
    out += text.slice(at, edit.at) + edit.insert;
    at = edit.at + edit.remove;
  }
  return out + text.slice(at);
}

// XML 1.0 has no way to write these at all.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as element content or attribute value. */
export function escapeXml(text: string): string {
  const safe = text.toWellFormed().replace(unwritable, '');
  return safe.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
