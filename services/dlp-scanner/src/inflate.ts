import { createInflateRaw } from 'node:zlib';

/** Raw deflate in 64 KiB slices; leaving the loop destroys the stream. Throws on corrupt or cut-off data. */
export async function* inflate(compressed: Uint8Array): AsyncGenerator<Uint8Array> {
  const stream = createInflateRaw({ chunkSize: 65_536 });
  stream.end(compressed);
  yield* stream as AsyncIterable<Uint8Array>;
}
