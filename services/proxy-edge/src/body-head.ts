// The decoded head of a response body, looked at before anything is sent.
import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

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

export type Body = {
  readonly head: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
  /** All of it, where it ended within its head. */
  readonly whole?: Buffer;
};

const mostHead = 64 * 1024;
const patienceMs = 300;
/** Every magic number but those of containers shows in this much. */
const leastHead = 16;

/** How much of a body tells what it is: containers need most, live streams must not wait. */
function headWanted(contentType: string): number {
  if (/^text\/event-stream/i.test(contentType)) return leastHead;
  return /^text\/(html|css|javascript)|^application\/(x-)?javascript/i.test(contentType) ? 4096 : mostHead;
}

/**
 * Reads the head of a body: as much as its type wants, or to its end; 0.3 s after its first bytes what is there must do,
 * for some apps send a body over minutes. `chunks` gives the whole body from the start, once.
 */
export async function peek(stream: Readable, contentType: string): Promise<Body> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const wanted = headWanted(contentType);
  const first: Buffer[] = [];
  let size = 0;
  let ended = false;
  let asked: Promise<IteratorResult<Buffer>> | undefined;
  let patience: Promise<undefined> | undefined;
  while (size < wanted && !ended) {
    asked ??= iterator.next();
    const next = await (patience && size >= leastHead ? Promise.race([asked, patience]) : asked);
    if (next === undefined) break;
    asked = undefined;
    if (next.done) ended = true;
    else {
      first.push(next.value);
      size += next.value.length;
      patience ??= new Promise((resolve) => setTimeout(resolve, patienceMs));
    }
  }
  // Who reads on gets the error; until then nobody waits for it.
  asked?.catch(() => undefined);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* first;
    while (!ended) {
      const next = await (asked ?? iterator.next());
      asked = undefined;
      if (next.done) return;
      yield next.value;
    }
  }
  const read = first.length === 1 && first[0] ? first[0] : Buffer.concat(first);
  return { head: read.subarray(0, mostHead), chunks: chunks(), ...(ended ? { whole: read } : {}) };
}
