// The decoded head of a response body, looked at before anything is sent.
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const headBytes = 4096;
const largestRatio = 200;
const ratioFrom = 16 * 1024 * 1024;

/** Decodes gzip, br and deflate under a ratio cap (200:1 after 16 MiB); undefined for codings we did not offer. */
export function decoded(response: IncomingMessage): Readable | undefined {
  const coding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return response;
  const decoder =
    coding === 'gzip' || coding === 'x-gzip'
      ? createGunzip()
      : coding === 'br'
        ? createBrotliDecompress()
        : coding === 'deflate'
          ? createInflate()
          : undefined;
  if (!decoder) return undefined;
  let received = 0;
  let produced = 0;
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  const guard = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      produced += chunk.length;
      if (produced > ratioFrom && produced > received * largestRatio)
        return done(new Error('the body expands too far'));
      done(null, chunk);
    },
  });
  response.on('error', (error) => decoder.destroy(error));
  decoder.on('error', (error) => guard.destroy(error));
  guard.on('close', () => response.destroy());
  response.pipe(decoder).pipe(guard);
  return guard;
}

export type Body = { readonly head: Buffer; readonly chunks: AsyncIterable<Buffer> };

/** Reads at least 4 KiB or to the end; `chunks` gives the whole body from the start, once. */
export async function peek(stream: Readable): Promise<Body> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first: Buffer[] = [];
  let size = 0;
  let ended = false;
  while (size < headBytes && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      first.push(next.value);
      size += next.value.length;
    }
  }
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* first;
    while (!ended) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value;
    }
  }
  return { head: Buffer.concat(first).subarray(0, 64 * 1024), chunks: chunks() };
}
