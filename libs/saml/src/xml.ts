// XML as SAML needs it and nothing more: no DTD, no entities of its own, no comments, no processing instructions.
import { SaxesParser } from 'saxes';

export type XmlAttribute = {
  readonly name: string;
  readonly local: string;
  readonly namespace: string;
  readonly value: string;
};
export type XmlElement = {
  readonly local: string;
  readonly namespace: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
};

/** What is wrong with a document; `element` is where, as far as that can be said. */
export class XmlError extends Error {
  readonly element: string;
  constructor(element: string, message: string) {
    super(message);
    this.name = 'XmlError';
    this.element = element;
  }
}

type Limits = { readonly characters: number; readonly comments?: 'refuse' | 'ignore' };
type Growing = XmlElement & { readonly attributes: XmlAttribute[]; readonly children: (XmlElement | string)[] };

const deepest = 40;
const mostElements = 20_000;

/**
 * The root element of a document. Throws {@link XmlError} for anything that is not well-formed, too large, or uses a
 * feature by which two parsers could see two documents (DTD, comments, CDATA, processing instructions).
 */
export function parseXml(text: string, { characters, comments = 'refuse' }: Limits): XmlElement {
  if (text.length > characters) throw new XmlError('', `the document has more than ${characters} characters`);
  // Before any parser sees it: an entity bomb must not even be tokenised.
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text)) throw new XmlError('DOCTYPE', 'a DTD is not allowed');
  const parser = new SaxesParser({ xmlns: true });
  const open: Growing[] = [];
  let root: Growing | undefined;
  let count = 0;
  const here = () => open.at(-1)?.local ?? '';
  const refuse = (what: string) => {
    throw new XmlError(here(), `${what} is not allowed`);
  };
  parser.on('error', (error) => {
    throw new XmlError(here(), `not well-formed: ${error.message.slice(0, 200)}`);
  });
  parser.on('doctype', () => refuse('a DTD'));
  parser.on('processinginstruction', () => refuse('a processing instruction'));
  parser.on('cdata', () => refuse('CDATA'));
  parser.on('comment', () => (comments === 'ignore' ? undefined : refuse('a comment')));
  parser.on('text', (part) => void open.at(-1)?.children.push(part));
  parser.on('opentag', (tag) => {
    count += 1;
    if (count > mostElements || open.length >= deepest) refuse('so large a document');
    const attributes = Object.values(tag.attributes).filter(({ uri }) => uri !== 'http://www.w3.org/2000/xmlns/');
    const element: Growing = {
      local: tag.local,
      namespace: tag.uri,
      attributes: attributes.map(({ name, local, uri, value }) => ({ name, local, namespace: uri, value })),
      children: [],
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (!root) throw new XmlError('', 'the document is empty');
  return root;
}

/** Child elements, all or those of one name and namespace. */
export function childrenOf(element: XmlElement, namespace?: string, local?: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement =>
      typeof child !== 'string' &&
      (namespace === undefined || child.namespace === namespace) &&
      (local === undefined || child.local === local),
  );
}

/** The one child of that name, or undefined when there is none. Two are refused: which of them counts is not ours to guess. */
export function childOf(element: XmlElement, namespace: string, local: string): XmlElement | undefined {
  const found = childrenOf(element, namespace, local);
  if (found.length > 1) throw new XmlError(local, `${element.local} has ${local} more than once`);
  return found[0];
}

export function requireChild(element: XmlElement, namespace: string, local: string): XmlElement {
  const found = childOf(element, namespace, local);
  if (!found) throw new XmlError(element.local, `${element.local} has no ${local}`);
  return found;
}

/** Value of an attribute without namespace. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((each) => each.name === name)?.value;
}

export function requireAttribute(element: XmlElement, name: string): string {
  const value = attributeOf(element, name);
  if (value === undefined || value === '') throw new XmlError(element.local, `${element.local} has no ${name}`);
  return value;
}

/** Trimmed text of an element that must hold nothing but text. */
export function textOf(element: XmlElement): string {
  if (childrenOf(element).length > 0) throw new XmlError(element.local, `${element.local} must hold text only`);
  return element.children.join('').trim();
}

/** The element and everything below it. */
export function* descendantsOf(element: XmlElement): Generator<XmlElement> {
  yield element;
  for (const child of childrenOf(element)) yield* descendantsOf(child);
}

/** Text safe inside element content and double-quoted attributes. Characters XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 cannot hold
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\t', '&#9;')
      .replaceAll('\n', '&#10;')
      .replaceAll('\r', '&#13;')
  );
}
