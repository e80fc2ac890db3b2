// Relationships and content types of an Office Open XML package (OPC, ECMA-376-2), found by type, never by path.
import {
  appendChild,
  applyEdits,
  attributeOf,
  decodeUtf8,
  escapeXml,
  type Located,
  locateElements,
} from './xml-elements.ts';
import type { ZipPackage } from './zip.ts';

export const labelInfoType = 'http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels';
export const customTypes = [
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties',
  'http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties',
  'http://purl.oclc.org/ooxml/officeDocument/relationships/custom-properties',
];
export const documentTypes = [
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument',
  'http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument',
];
export const signatureType = 'http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin';
const relationsNamespace = 'http://schemas.openxmlformats.org/package/2006/relationships';
const contentTypesNamespace = 'http://schemas.openxmlformats.org/package/2006/content-types';

export type Relation = { readonly id: string; readonly type: string; readonly target: string };

/** A part name from a relationship target, relative to the folder `base` (with its slash, or empty). */
export function resolveTarget(target: string, base = ''): string {
  return new URL(target, `package:///${base}`).pathname
    .slice(1)
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Internal relationships in a `.rels` text. */
export function relationsOf(text: string, base = ''): Relation[] {
  return locateElements(text).flatMap((element) => {
    const target = attributeOf(element, 'Target');
    if (element.local !== 'Relationship' || !target || attributeOf(element, 'TargetMode') === 'External') return [];
    const relation = { id: attributeOf(element, 'Id') ?? '', type: attributeOf(element, 'Type') ?? '' };
    return [{ ...relation, target: resolveTarget(target, base) }];
  });
}

/** The parts of a package as they will be: read through what has been changed. */
export class PackageDraft {
  readonly #zip: ZipPackage;
  readonly changed = new Map<string, Uint8Array>();
  constructor(zip: ZipPackage) {
    this.#zip = zip;
  }

  has(name: string): boolean {
    return this.#key(name) !== undefined || this.#zip.has(name);
  }

  text(name: string, maxBytes?: number): string {
    const key = this.#key(name);
    return decodeUtf8(key === undefined ? this.#zip.part(name, maxBytes) : (this.changed.get(key) ?? new Uint8Array()));
  }

  set(name: string, text: string): void {
    this.changed.set(this.#key(name) ?? this.#stored(name), new TextEncoder().encode(text));
  }

  #key(name: string): string | undefined {
    return [...this.changed.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
  }

  /** The package's own spelling. */
  #stored(name: string): string {
    return this.#zip.entries.find((entry) => entry.name.toLowerCase() === name.toLowerCase())?.name ?? name;
  }

  relations(rels = '_rels/.rels', base = ''): Relation[] {
    return this.has(rels) ? relationsOf(this.text(rels), base) : [];
  }

  /** Adds a relationship under a new id and returns it; ids that are there stay. */
  relate(rels: string, type: string, target: string): string {
    const text = this.has(rels)
      ? this.text(rels)
      : `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="${relationsNamespace}"/>`;
    const elements = locateElements(text);
    const used = new Set(elements.map((element) => attributeOf(element, 'Id')));
    let number = 1;
    while (used.has(`rIdGatehouse${number}`)) number++;
    const id = `rIdGatehouse${number}`;
    const xml = `<Relationship xmlns="${relationsNamespace}" Id="${id}" Type="${type}" Target="${escapeXml(target)}"/>`;
    this.set(rels, append(text, elements[0], xml));
    return id;
  }

  /** Declares a part's content type unless one is declared. */
  declare(part: string, contentType: string): void {
    const text = this.text('[Content_Types].xml');
    const elements = locateElements(text);
    const known = elements.some(
      (element) =>
        element.local === 'Override' && attributeOf(element, 'PartName')?.toLowerCase() === `/${part}`.toLowerCase(),
    );
    const xml = `<Override xmlns="${contentTypesNamespace}" PartName="/${escapeXml(part)}" ContentType="${contentType}"/>`;
    if (!known) this.set('[Content_Types].xml', append(text, elements[0], xml));
  }
}

function append(text: string, root: Located | undefined, xml: string): string {
  return root ? applyEdits(text, [appendChild(text, root, xml)]) : text;
}

/** `word/_rels/document.xml.rels` of `word/document.xml`. */
export function relsOf(part: string): string {
  const slash = part.lastIndexOf('/') + 1;
  return `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
}
export const folderOf = (part: string) => part.slice(0, part.lastIndexOf('/') + 1);
