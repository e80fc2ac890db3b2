// Bytes to text with places, whatever the file. Always an outcome, never a thrown error.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import { createBudget, defaultLimits, type Limits, Stopped } from './budget.ts';
import type { Inflate, Job, PdfText, Piece, Source } from './format.ts';
import { formats } from './formats/all.ts';
import { packageParts } from './formats/zip.ts';
import { MarkupError } from './markup.ts';
import { joinOutcomes } from './outcome.ts';
import { sniff } from './sniff.ts';
import { hasZipEnd, ZipError } from './zip.ts';

export type ExtractOptions = {
  readonly inflate: Inflate;
  readonly pdfText: PdfText;
  readonly limits?: Partial<Limits>;
  readonly name?: string;
  /** Takes pieces as they come; `pieces` of the result is then empty. */
  readonly onPiece?: (piece: Piece) => void;
};

export type Extraction = { readonly outcome: ScanOutcome; readonly pieces: readonly Piece[] };

/**
 * Reads all text of a file: body, headers, notes, comments, metadata, inner files. Text found before a limit, a
 * deadline or a corrupt part is delivered; `outcome` says what is missing. Places are paths, `a.zip/b.docx/word/…`.
 */
export async function extract(bytes: Uint8Array, options: ExtractOptions): Promise<Extraction> {
  const pieces: Piece[] = [];
  const job = createJob(bytes.length, options, options.onPiece ?? ((piece) => pieces.push(piece)));
  const source = { bytes, place: '', name: options.name, sniffed: sniff(bytes, options.name), depth: 1 };
  try {
    return { outcome: await readSource(source, job), pieces };
  } catch (error) {
    if (error instanceof Stopped) return { outcome: error.outcome, pieces };
    throw error;
  }
}

function createJob(size: number, options: ExtractOptions, push: (piece: Piece) => void): Job {
  const limits = { ...defaultLimits, ...options.limits };
  const budget = createBudget(limits, size);
  const job: Job = {
    inflate: options.inflate,
    pdfText: options.pdfText,
    budget,
    emit(piece) {
      if (piece.text.length === 0) return;
      const room = budget.charactersLeft();
      push(piece.text.length > room ? { ...piece, text: piece.text.slice(0, room) } : piece);
      budget.spendCharacters(piece.text.length);
      budget.tick('read');
    },
    emitView(piece) {
      if (piece.text.length > 0) push(piece);
      budget.tick('read');
    },
    nested(parent, name, inner) {
      const depth = parent.depth + 1;
      const place = parent.place === '' ? name : `${parent.place}/${name}`;
      return readSource({ bytes: inner, place, name, sniffed: sniff(inner, name), depth }, job);
    },
  };
  return job;
}

async function readSource(source: Source, job: Job): Promise<ScanOutcome> {
  job.budget.tick('open');
  if (source.bytes.length === 0) return { status: 'complete' };
  const format = formats.find((candidate) => candidate.handles(source.sniffed));
  const outcome: ScanOutcome = format ? await guarded(() => format.read(source, job)) : { status: 'unsupportedType' };
  if (format?.id === 'package' || format?.id === 'zip' || !hasZipEnd(source.bytes)) return outcome;
  // Something else in front of a complete archive: read both faces.
  const hidden = await guarded(() => packageParts(source, job));
  return hidden.status === 'corrupt' ? outcome : joinOutcomes([outcome, hidden]);
}

/**
 * Broken input is an outcome. So is a defect of ours: it counts as `timeout`, whose default is to act as if the policy
 * matched, while `corrupt` files are let through by default.
 */
async function guarded(read: () => Promise<ScanOutcome>): Promise<ScanOutcome> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (error instanceof ZipError || error instanceof MarkupError) return { status: 'corrupt', where: error.message };
    return { status: 'timeout', stage: 'failed' };
  }
}
