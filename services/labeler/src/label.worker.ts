// Thread entry: reads and labels one file at a time; nothing is kept between files but code.
import { parentPort } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { applyLabel } from '@gatehouse/label/apply';
import type { Marks } from '@gatehouse/label/marks';
import { labelFormat, readLabels } from '@gatehouse/label/read';
import type { Piece, Source } from '@gatehouse/label/source';
import type { LabelRanks, LabelStamp } from '@gatehouse/label/stamp';
import { type StoredFile, storedSource } from './spool.ts';

export type LabelTask = {
  readonly id: number;
  readonly stored: StoredFile;
  readonly stamp: LabelStamp;
  readonly marks?: Marks;
  readonly ranks: LabelRanks;
};
export type LabelOutcome = {
  /** The file as it is to be sealed. */
  readonly pieces: readonly Piece[];
  /** `written`, or why the label stands in the container only. */
  readonly innerLabel: string;
  /** Encrypted by rights management or by us, as its structure shows: it is delivered as it is. */
  readonly alreadyProtected: boolean;
};
export type LabelMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly outcome: LabelOutcome; readonly stored: StoredFile };

const port = parentPort;
if (port === null) throw new Error('label.worker runs as a worker thread only');

// Counted on output, not on what the file declares.
const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });

/**
 * A first line that somebody wrote into a text (a `.pfile` mark, a mail header) must not carry a clear file past the seal:
 * only formats count whose whole structure says that the content is cipher text.
 */
function isProtected(source: Source): boolean {
  const name = labelFormat(source)?.name ?? '';
  return ['cfb', 'pdf', 'tdf'].includes(name) && readLabels(source, { inflate }).state === 'protected';
}

port.on('message', ({ id, stored, stamp, ranks, marks }: LabelTask) => {
  const source = storedSource(stored);
  const result = applyLabel(source, stamp, { inflate, ranks, ...(marks ? { marks } : {}) });
  const alreadyProtected = result.type === 'unchanged' && isProtected(source);
  const outcome: LabelOutcome =
    result.type === 'written'
      ? { pieces: result.pieces, innerLabel: 'written', alreadyProtected }
      : { pieces: [{ at: 0, length: source.size }], innerLabel: result.reason, alreadyProtected };
  const message: LabelMessage = { type: 'done', id, outcome, stored };
  port.postMessage(message, stored.kind === 'memory' ? [stored.bytes.buffer] : []);
});
port.postMessage({ type: 'ready' } satisfies LabelMessage);
