// The contract between `extract` and the formats.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import type { Budget } from './budget.ts';
import type { Sniffed } from './sniff.ts';

/** Text and where it stood (`Sheet1!B`, `word/header1.xml`, `page 3`, `inner.zip/a.txt`). */
export type Piece = {
  readonly place: string;
  readonly text: string;
  /** Column header that counts as adjacent to every value of this piece. */
  readonly header?: string;
};

/** Raw deflate (RFC 1951) in slices; the caller stops early by leaving the loop. Throws on corrupt data. */
export type Inflate = (compressed: Uint8Array) => AsyncIterable<Uint8Array>;

/** Page by page; tries the empty password. `onText` may throw to stop. `partly`: files inside were not read. */
export type PdfText = (
  bytes: Uint8Array,
  onText: (place: string, text: string) => void,
) => Promise<'read' | 'partly' | 'encrypted' | 'corrupt'>;

export type Source = {
  readonly bytes: Uint8Array;
  /** Prefix of all places in this file; empty for the file itself. */
  readonly place: string;
  readonly name: string | undefined;
  readonly sniffed: Sniffed;
  /** 1 for the file itself, one more per container. */
  readonly depth: number;
};

export type Job = {
  readonly inflate: Inflate;
  readonly pdfText: PdfText;
  readonly budget: Budget;
  emit(piece: Piece): void;
  /** Another reading of text already counted (a column, unescaped JSON): costs no characters. */
  emitView(piece: Piece): void;
  /** A file inside this one; `name` tells its place. */
  nested(parent: Source, name: string, bytes: Uint8Array): Promise<ScanOutcome>;
};

export type Format = {
  readonly id: string;
  handles(sniffed: Sniffed): boolean;
  read(source: Source, job: Job): Promise<ScanOutcome>;
};
