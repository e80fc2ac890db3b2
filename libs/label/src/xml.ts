// Strict streaming XML: no DTD, at most 64 levels and 100,000 elements.
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { startsWith } from './bytes.ts';
import { corrupt, overLimit } from './label-error.ts';

const maxDepth = 64;
/** Parts that hold labels have some hundreds; each element costs microseconds, and a million of them seconds. */
const maxElements = 100_000;

export type Element = {
  readonly uri: string;
  readonly local: string;
  readonly attributes: readonly { readonly uri: string; readonly local: string; readonly value: string }[];
};
export type Handlers = {
  open?(element: Element): void;
  /** Text directly inside the element, references decoded. */
  close?(element: Element, text: string): void;
};

function decode(bytes: Uint8Array): string {
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0x3c, 0x00])) {
    return new TextDecoder('utf-16le', { fatal: true }).decode(bytes);
  }
  if (startsWith(bytes, [0xfe, 0xff]) || startsWith(bytes, [0x00, 0x3c])) {
    return new TextDecoder('utf-16be', { fatal: true }).decode(bytes);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** Walks a document; throws on any well-formedness error, on a document type, beyond 64 levels and 100,000 elements. */
export function walkXml(bytes: Uint8Array, handlers: Handlers): void {
  const parser = new SaxesParser({ xmlns: true });
  const stack: { element: Element; text: string }[] = [];
  let elements = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => corrupt('document type in XML'));
  parser.on('opentag', (tag) => {
    if (stack.length >= maxDepth) overLimit('XML depth');
    if (++elements > maxElements) overLimit('XML elements');
    const attributes = Object.values(tag.attributes as Record<string, SaxesAttributeNS>);
    const element = { uri: tag.uri, local: tag.local, attributes };
    stack.push({ element, text: '' });
    handlers.open?.(element);
  });
  const addText = (text: string) => {
    const top = stack.at(-1);
    if (top) top.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const top = stack.pop();
    if (top) handlers.close?.(top.element, top.text);
  });
  parser.write(decode(bytes)).close();
}

/** The value of an attribute without namespace. */
export function attribute(element: Element, local: string): string | undefined {
  return element.attributes.find((candidate) => candidate.uri === '' && candidate.local === local)?.value;
}
