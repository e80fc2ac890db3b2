// Header, footer and watermark on every page of a PDF, as content behind which the page's own stays untouched.
import { corrupt, overLimit } from './label-error.ts';
import { type Marks, markName } from './marks.ts';
import type { PdfDocument } from './pdf-document.ts';
import { pdfTextString, serialisePdf } from './pdf-serialise.ts';
import { isKind, type PdfDictionary, type PdfReference, type PdfValue } from './pdf-syntax.ts';
import type { PdfUpdate } from './pdf-update.ts';
import { catalogOf } from './pdf-write.ts';

const maxPages = 5_000;
const maxDepth = 32;
const fontName = 'GatehouseMark';
const inherited = ['Resources', 'MediaBox', 'CropBox', 'Rotate'];

type PlacedPage = { readonly reference: PdfReference; readonly dictionary: PdfDictionary };

/** Every page with what it inherits (7.7.3.4) written out. */
function pagesOf(document: PdfDocument): PlacedPage[] {
  const pages: PlacedPage[] = [];
  const seen = new Set<number>();
  const visit = (value: PdfValue | undefined, from: PdfDictionary, depth: number): void => {
    const node = document.dictionary(value);
    if (!isKind(value, 'reference') || !node || depth > maxDepth || seen.has(value.number)) {
      corrupt('PDF page tree');
      return;
    }
    seen.add(value.number);
    const kept = inherited.flatMap((key) => {
      const item = node.get(key) ?? from.get(key);
      return item === undefined ? [] : [[key, item] as const];
    });
    const kids = document.resolve(node.get('Kids'));
    if (Array.isArray(kids)) for (const kid of kids) visit(kid, new Map(kept), depth + 1);
    else pages.push({ reference: value, dictionary: new Map([...node, ...kept]) });
    if (pages.length > maxPages) overLimit('PDF pages');
  };
  visit(catalogOf(document).dictionary.get('Pages'), new Map(), 0);
  return pages;
}

/** Marks every page; throws when the page tree is not as it should be, and nothing is to be written then. */
export function markPdf(document: PdfDocument, update: PdfUpdate, marks: Marks): void {
  const pages = pagesOf(document);
  if (pages.length === 0) corrupt('PDF without pages');
  const font = update.reserve();
  update.put(font, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  // The page's own content may leave any state behind: it is closed in before ours begins.
  const save = update.putStream(update.reserve(), `/${fontName} true`, new TextEncoder().encode('q'));
  for (const page of pages) markPage(document, update, page, { marks, font, save });
}

function markPage(
  document: PdfDocument,
  update: PdfUpdate,
  { reference, dictionary }: PlacedPage,
  { marks, font, save }: { readonly marks: Marks; readonly font: PdfReference; readonly save: PdfReference },
): void {
  const content = new TextEncoder().encode(`Q\n${drawing(document, dictionary, marks)}`);
  const own = update.putStream(update.reserve(), `/${fontName} true`, content);
  const resources = document.dictionary(dictionary.get('Resources')) ?? new Map();
  const fonts = document.dictionary(resources.get('Font')) ?? new Map();
  const old = dictionary.get('Contents');
  const resolved = document.resolve(old);
  const contents = Array.isArray(resolved) ? (resolved as readonly PdfValue[]) : old === undefined ? [] : [old];
  const page = new Map(dictionary)
    .set('Resources', new Map(resources).set('Font', new Map(fonts).set(fontName, font)))
    .set('Contents', [save, ...contents.filter((one) => !isMark(document, one)), own]);
  update.put(reference, serialisePdf(page));
}

function isMark(document: PdfDocument, value: PdfValue): boolean {
  return document.dictionary(value)?.has(fontName) ?? false;
}

type Box = readonly [number, number, number, number];

function boxOf(document: PdfDocument, value: PdfValue | undefined): Box | undefined {
  const list = document.resolve(value);
  if (!Array.isArray(list) || list.length !== 4) return undefined;
  const [a, b, c, d] = list.map((item) => document.resolve(item));
  if ([a, b, c, d].some((item) => typeof item !== 'number')) return undefined;
  const [x1, y1, x2, y2] = [a, b, c, d] as number[] as [number, number, number, number];
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

/** Turns the page the way it is shown, so that marks stand upright (8.3.3). */
function upright(angle: number, [x1, y1, x2, y2]: Box): { matrix: string; width: number; height: number } {
  const [width, height] = [x2 - x1, y2 - y1];
  switch (((angle % 360) + 360) % 360) {
    case 90:
      return { matrix: `0 1 -1 0 ${x2} ${y1}`, width: height, height: width };
    case 180:
      return { matrix: `-1 0 0 -1 ${x2} ${y2}`, width, height };
    case 270:
      return { matrix: `0 -1 1 0 ${x1} ${y2}`, width: height, height: width };
    default:
      return { matrix: `1 0 0 1 ${x1} ${y1}`, width, height };
  }
}

/** Near enough for Helvetica, and rather too wide: capitals take 0.75 of the size, everything else 0.55. */
const widthOf = (text: string, size: number) =>
  Array.from(text).reduce((sum, c) => sum + (/[A-Z@%]/.test(c) ? 0.75 : 0.55), 0) * size;

/** What the standard encoding can show; everything else is a question mark. */
const shown = (text: string) => Array.from(text, (c) => (/[ -~]/.test(c) ? c : '?')).join('');

function drawing(document: PdfDocument, page: PdfDictionary, marks: Marks): string {
  const box =
    boxOf(document, page.get('CropBox')) ?? boxOf(document, page.get('MediaBox')) ?? ([0, 0, 612, 792] as const);
  const rotation = document.resolve(page.get('Rotate'));
  const { matrix, width, height } = upright(typeof rotation === 'number' ? rotation : 0, box);
  const line = (text: string, y: number) =>
    `BT 0.35 g /${fontName} 9 Tf 1 0 0 1 ${((width - widthOf(text, 9)) / 2).toFixed(2)} ${y.toFixed(2)} Tm ${pdfTextString(shown(text))} Tj ET`;
  const rows = [
    ...(marks.watermark ? [across(marks.watermark, width, height)] : []),
    ...(marks.header ? [line(marks.header, height - 18)] : []),
    ...(marks.footer ? [line(marks.footer, 12)] : []),
  ];
  return `/Artifact << /Type /${markName} >> BDC q ${matrix} cm\n${rows.join('\n')}\nQ EMC`;
}

/** From corner to corner, drawn as outlines so that the page stays readable. */
function across(text: string, width: number, height: number): string {
  const angle = Math.atan2(height, width);
  const size = Math.min(72, (Math.hypot(width, height) * 0.7) / Math.max(1, widthOf(text, 1)));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const half = widthOf(text, size) / 2;
  const place = [cos, sin, -sin, cos, width / 2 - half * cos, height / 2 - half * sin].map((value) => value.toFixed(4));
  return `BT 0.7 G 1 Tr 0.8 w /${fontName} ${size.toFixed(2)} Tf ${place.join(' ')} Tm ${pdfTextString(shown(text))} Tj 0 Tr ET`;
}
