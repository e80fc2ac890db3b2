// A file that is read where it is needed, and a new file described as pieces of it: nothing large is ever copied.
import { slice } from './bytes.ts';
import { overLimit } from './label-error.ts';

export type Source = {
  /** Bytes in the file. */
  readonly size: number;
  /** Exactly `length` bytes from `at`; throws when they are not there. */
  read(at: number, length: number): Uint8Array;
};

/** Part of an output: bytes of the source, or new ones. */
export type Piece = { readonly at: number; readonly length: number } | Uint8Array;

export function bytesSource(bytes: Uint8Array): Source {
  return { size: bytes.length, read: (at, length) => slice(bytes, at, length) };
}

export function toSource(input: Uint8Array | Source): Source {
  return input instanceof Uint8Array ? bytesSource(input) : input;
}

/** Formats that cannot be read part by part are read up to this size. */
const maxWholeBytes = 64 * 1024 * 1024;

/** The whole file; throws LabelError when it is larger than 64 MiB. */
export function readWhole(source: Source): Uint8Array {
  if (source.size > maxWholeBytes) return overLimit('file size');
  return source.read(0, source.size);
}

/** Bytes an output will have. */
export function piecesLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** The output in memory: for small files and tests. */
export function joinPieces(source: Source, pieces: readonly Piece[]): Uint8Array {
  const whole = new Uint8Array(piecesLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece instanceof Uint8Array ? piece : source.read(piece.at, piece.length), at);
    at += piece.length;
  }
  return whole;
}
