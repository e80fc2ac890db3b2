// One XML part of an office package, inflated, decoded and stripped slice by slice: memory holds text, never markup.
import { Stopped } from '../budget.ts';
import { charsetOf } from '../charset.ts';
import type { Job, Source } from '../format.ts';
import { createStripper, type StripperOptions } from '../markup.ts';
import { entrySlices, type ZipEntry } from '../zip.ts';

/** Text is handed on in chunks of at least this many characters, so that a small piece stays whole. */
const CHUNK = 1 << 18;

/** Place of a part inside its file. */
export function partPlace(source: Source, name: string): string {
  return source.place === '' ? name : `${source.place}/${name}`;
}

/** Emits the text of one part. Throws MarkupError on a document type declaration, ZipError on broken data. */
export async function emitPart(source: Source, entry: ZipEntry, job: Job, options: StripperOptions): Promise<void> {
  const place = partPlace(source, entry.name);
  const stripper = createStripper(options);
  let text = '';
  try {
    for await (const slice of decodedSlices(entry, job)) {
      text += stripper.push(slice);
      if (text.length < CHUNK) continue;
      const cut = cutAt(text);
      job.emit({ place, text: text.slice(0, cut) });
      // The overlap lets a value or its keyword stand on either side of the cut; distinct values count once.
      text = text.slice(Math.max(0, cut - 400));
    }
    text += stripper.end();
  } catch (error) {
    // What came before the damage still counts.
    if (!(error instanceof Stopped)) job.emit({ place, text });
    throw error;
  }
  job.emit({ place, text });
}

/** Decoded slices of a part, its charset taken from its first bytes. */
export async function* decodedSlices(entry: ZipEntry, job: Job): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const slice of entrySlices(entry, job)) {
    if (decoder === undefined) {
      const charset = charsetOf(slice.subarray(0, 4096));
      decoder = new TextDecoder(charset === 'windows-1252' ? 'utf-8' : charset);
    }
    yield decoder.decode(slice, { stream: true });
  }
  if (decoder !== undefined) yield decoder.decode();
}

/** The last line break or space near the end, so that a value is not cut in two. */
function cutAt(text: string): number {
  const line = text.lastIndexOf('\n');
  if (line > text.length - 4096) return line + 1;
  const space = text.lastIndexOf(' ');
  return space > text.length - 4096 ? space + 1 : text.length;
}
