// Header, footer and watermark in a Word document: in the parts each section shows (ECMA-376-1, 17.10).
import { type Marks, markName } from './marks.ts';
import { documentTypes, folderOf, type PackageDraft, relsOf } from './ooxml-package.ts';
import {
  appendChild,
  applyEdits,
  attributeOf,
  type Edit,
  escapeXml,
  type Located,
  locateElements,
  prependChild,
  removal,
} from './xml-elements.ts';

const transitional = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const strict = 'http://purl.oclc.org/ooxml/wordprocessingml/main';
const maxDocument = 16 * 1024 * 1024;
const types = ['default', 'first', 'even'] as const;
type Kind = 'header' | 'footer';
type Page = (typeof types)[number];
type Word = { readonly draft: PackageDraft; readonly part: string; readonly uri: string; readonly relations: string };

/** Marks a Word document and tells whether it did; other packages and documents over 16 MiB stay as they are. */
export function markWord(draft: PackageDraft, marks: Marks): boolean {
  const part = draft.relations().find(({ type }) => documentTypes.includes(type))?.target;
  if (part === undefined || !draft.has(part) || !/\.xml$/i.test(part)) return false;
  const text = draft.text(part, maxDocument);
  const elements = locateElements(text);
  const root = elements[0];
  if (root?.local !== 'document' || ![transitional, strict].includes(root.uri)) return false;
  const office = root.uri === strict ? 'http://purl.oclc.org/ooxml' : 'http://schemas.openxmlformats.org';
  const version = root.uri === strict ? '' : '/2006';
  const word = { draft, part, uri: root.uri, relations: `${office}/officeDocument${version}/relationships` };
  const kinds: Kind[] = [
    ...(marks.header || marks.watermark ? (['header'] as const) : []),
    ...(marks.footer ? (['footer'] as const) : []),
  ];
  const edits = kinds.flatMap((kind) => markKind(word, text, elements, kind, marks));
  if (edits.length > 0) draft.set(part, applyEdits(text, edits));
  return true;
}

/** The parts that are shown are marked; where a section would show none, one is made. */
function markKind(word: Word, text: string, elements: readonly Located[], kind: Kind, marks: Marks): Edit[] {
  const isWord = (element: Located, local: string) => element.uri === word.uri && element.local === local;
  const body = elements.find((element) => isWord(element, 'body'));
  // A section that a tracked change has replaced is not shown.
  const sections = elements.filter((one) => isWord(one, 'sectPr') && one.parent?.local !== 'sectPrChange');
  const even = hasEvenPages(word);
  const seen = new Set<Page>();
  const edits: Edit[] = [];
  for (const section of sections) {
    const inside = elements.filter(({ parent }) => parent === section);
    const references = inside.filter((one) => isWord(one, `${kind}Reference`));
    const shows = types.filter(
      (page) => page === 'default' || (page === 'even' ? even : inside.some((one) => isWord(one, 'titlePg'))),
    );
    for (const reference of references) {
      seen.add((attributeOf(reference, 'type', word.uri) ?? 'default') as Page);
      markTarget(word, attributeOf(reference, 'id', word.relations), kind, marks);
    }
    // A later section without a reference shows the one before it.
    const missing = shows.filter((page) => !seen.has(page));
    for (const page of missing) seen.add(page);
    const made = missing.map((page) => referenceTo(word, kind, page, marks)).join('');
    if (made) edits.push(prependChild(text, section, made));
  }
  const last = sections.some(({ parent }) => parent === body);
  if (!last && body && sections.length === 0) {
    const made = referenceTo(word, kind, 'default', marks);
    edits.push(appendChild(text, body, `<w:sectPr xmlns:w="${word.uri}">${made}</w:sectPr>`));
  }
  return edits;
}

function hasEvenPages({ draft, part, uri }: Word): boolean {
  const settings = draft.relations(relsOf(part), folderOf(part)).find(({ type }) => type.endsWith('/settings'))?.target;
  if (!settings || !draft.has(settings)) return false;
  return locateElements(draft.text(settings)).some(
    (element) => element.uri === uri && element.local === 'evenAndOddHeaders',
  );
}

function markTarget(word: Word, id: string | undefined, kind: Kind, marks: Marks): void {
  const { draft, part } = word;
  const target = draft.relations(relsOf(part), folderOf(part)).find((relation) => relation.id === id)?.target;
  if (!target || !draft.has(target)) return;
  const text = draft.text(target);
  const elements = locateElements(text);
  const old = elements.filter(
    (element) =>
      element.local === 'sdt' &&
      elements.some(
        (one) =>
          one.local === 'tag' && one.parent?.parent === element && attributeOf(one, 'val', word.uri) === markName,
      ),
  );
  const root = elements[0];
  if (root)
    draft.set(target, applyEdits(text, [...old.map(removal), appendChild(text, root, block(word, kind, marks))]));
}

function referenceTo(word: Word, kind: Kind, page: Page, marks: Marks): string {
  const { draft, part, uri, relations } = word;
  const folder = folderOf(part);
  const name = `${markName}-${kind}-${page}.xml`;
  const root = kind === 'header' ? 'hdr' : 'ftr';
  draft.set(
    `${folder}${name}`,
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:${root} xmlns:w="${uri}">${block(word, kind, marks)}</w:${root}>`,
  );
  draft.declare(`${folder}${name}`, `application/vnd.openxmlformats-officedocument.wordprocessingml.${kind}+xml`);
  const id = draft.relate(relsOf(part), `${relations}/${kind}`, name);
  return `<w:${kind}Reference xmlns:w="${uri}" xmlns:r="${relations}" w:type="${page}" r:id="${id}"/>`;
}

/** A content control of our name around the lines. */
function block({ uri }: Word, kind: Kind, marks: Marks): string {
  const line = kind === 'header' ? marks.header : marks.footer;
  const text = line ? `<w:r><w:t xml:space="preserve">${escapeXml(line)}</w:t></w:r>` : '';
  const shape = kind === 'header' && marks.watermark ? watermark(marks.watermark) : '';
  const paragraph = `<w:p><w:pPr><w:jc w:val="center"/></w:pPr>${text}${shape}</w:p>`;
  return `<w:sdt xmlns:w="${uri}"><w:sdtPr><w:alias w:val="${markName}"/><w:tag w:val="${markName}"/></w:sdtPr><w:sdtContent>${paragraph}</w:sdtContent></w:sdt>`;
}

/** Text across the page, behind the content, the way Word itself draws watermarks. */
function watermark(text: string): string {
  const place =
    'mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin';
  const style = `position:absolute;width:460pt;height:60pt;rotation:315;z-index:-251658752;${place}`;
  const type = `<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>`;
  return `<w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">${type}<v:shape id="${markName}" type="#_x0000_t136" style="${style}" fillcolor="silver" stroked="f"><v:textpath style="font-family:Calibri;font-size:1pt" string="${escapeXml(text)}"/></v:shape></w:pict></w:r>`;
}
