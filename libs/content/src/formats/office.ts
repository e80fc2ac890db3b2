// Word and PowerPoint packages (ECMA-376): every XML part is read, so that headers, notes, comments, deleted text,
// text boxes, charts, SmartArt and properties need no list that could miss one. Inner files are read as files.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import type { Format, Job, Source } from '../format.ts';
import type { StripperOptions } from '../markup.ts';
import { sniff } from '../sniff.ts';
import { entryBytes, type ZipEntry } from '../zip.ts';
import { emitPart } from './package-part.ts';
import { packageParts } from './zip.ts';

/** Office packages may lie one level below the deepest archive. */
const EXTRA_DEPTH = 1;
const attributes = new Set(['descr', 'title', 'Target', 'tooltip', 'instr', 'alt', 'href', 'author', 'name']);
/** Local names that end a line of text; runs inside join with nothing. */
export const bodyLines: ReadonlySet<string> = new Set(
  'p tr tbl br txbxContent comment sldId si row c f v pt'.split(' '),
);

const body: StripperOptions = { lines: bodyLines, attributes, allowDoctype: false };
const properties: StripperOptions = { lines: 'all', attributes, allowDoctype: false };

const inert = /(?:printerSettings\d*\.bin|(?:^|\/)layout-cache)$/i;
const media = /\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|webp|fntdata|odttf|ttf)$/i;

export const docx: Format = { id: 'package', handles: (sniffed) => sniffed.id === 'docx', read: readOffice };
export const pptx: Format = { id: 'package', handles: (sniffed) => sniffed.id === 'pptx', read: readOffice };

function readOffice(source: Source, job: Job): Promise<ScanOutcome> {
  return readPackage(source, job);
}

/** A package whose parts `special` may claim; other XML parts are stripped, media skipped, the rest read as files. */
export async function readPackage(
  source: Source,
  job: Job,
  special?: (entry: ZipEntry) => Promise<ScanOutcome | undefined>,
): Promise<ScanOutcome> {
  if (source.depth > job.budget.limits.depth + EXTRA_DEPTH) return { status: 'tooLarge', limit: 'depth' };
  const doctype = { seen: false };
  const outcome = await packageParts(source, job, async (entry) => {
    const claimed = await special?.(entry);
    if (claimed !== undefined) return claimed;
    const part = await readXmlPart(source, entry, job);
    doctype.seen ||= part?.status === 'corrupt';
    return part;
  });
  // Office itself never writes one: the package is an attack, not a document with one bad part.
  return doctype.seen ? { status: 'corrupt', where: 'document type declaration' } : outcome;
}

async function readXmlPart(source: Source, entry: ZipEntry, job: Job): Promise<ScanOutcome | undefined> {
  if (/\.(?:xml|rels|vml)$/i.test(entry.name)) {
    try {
      await emitPart(source, entry, job, /^(?:docProps|customXml)\/|\.rels$/.test(entry.name) ? properties : body);
    } catch (error) {
      if (error instanceof Error && error.message === 'document type declaration')
        return { status: 'corrupt', where: error.message };
      throw error;
    }
    return { status: 'complete' };
  }
  if (!media.test(entry.name) && !inert.test(entry.name)) return undefined;
  // The name alone is no proof: text dressed up as a picture is read.
  const bytes = await entryBytes(entry, job);
  const { id, kind } = sniff(bytes, entry.name);
  return kind === 'image' || id === 'unknown' || id === 'empty'
    ? { status: 'complete' }
    : job.nested(source, entry.name, bytes);
}
