// ZIP archives: every entry is a file of its own, read by whatever format it turns out to be.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import { Stopped } from '../budget.ts';
import type { Format, Job, Source } from '../format.ts';
import { MarkupError } from '../markup.ts';
import { joinOutcomes } from '../outcome.ts';
import { entryBytes, type ZipEntry, ZipError, zipEntries } from '../zip.ts';
import { partPlace } from './package-part.ts';

export const zip: Format = {
  id: 'zip',
  handles: (sniffed) => sniffed.id === 'zip',
  read: packageParts,
};

/** Reads one entry; `undefined` leaves it to be read as a file of its own. */
export type ReadPart = (entry: ZipEntry) => Promise<ScanOutcome | undefined>;

/**
 * Walks all entries. One bad entry makes the whole `partial`; nothing but encrypted entries make it `encrypted`.
 * Entry names are text too: they are emitted as one piece.
 */
export async function packageParts(source: Source, job: Job, readPart?: ReadPart): Promise<ScanOutcome> {
  if (readPart === undefined && source.depth > job.budget.limits.depth) return { status: 'tooLarge', limit: 'depth' };
  const outcomes: ScanOutcome[] = [];
  const names: string[] = [];
  try {
    for (const entry of zipEntries(source.bytes)) {
      job.budget.spendEntry();
      names.push(entry.name);
      if (!entry.isFolder) outcomes.push(await readEntry(source, entry, job, readPart));
    }
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    if (outcomes.length === 0) return { status: 'corrupt', where: error.message };
    outcomes.push({ status: 'corrupt', where: error.message });
  }
  if (readPart === undefined) job.emit({ place: partPlace(source, 'names'), text: names.join('\n') });
  if (outcomes.length > 0 && outcomes.every((outcome) => outcome.status === 'encrypted'))
    return { status: 'encrypted', kind: 'zip' };
  return joinOutcomes(outcomes);
}

async function readEntry(source: Source, entry: ZipEntry, job: Job, readPart?: ReadPart): Promise<ScanOutcome> {
  if (entry.encrypted) return { status: 'encrypted', kind: 'zip' };
  if (entry.method !== 0 && entry.method !== 8) return { status: 'unsupportedType' };
  try {
    return (await readPart?.(entry)) ?? (await job.nested(source, entry.name, await entryBytes(entry, job)));
  } catch (error) {
    if (error instanceof Stopped) throw error;
    // The message, never the entry's name: that may hold what must not be shown.
    if (error instanceof MarkupError || error instanceof ZipError) return { status: 'corrupt', where: error.message };
    throw error;
  }
}
