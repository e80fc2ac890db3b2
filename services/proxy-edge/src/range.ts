// Which part of a file that was held and let through the browser asked for (RFC 9110 section 14).

export type Slice =
  | { readonly type: 'whole' }
  /** First and last byte, both included. */
  | { readonly type: 'part'; readonly start: number; readonly end: number }
  | { readonly type: 'unsatisfiable' };

export type RangeRequest = {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  /** The validators that the browser was given. */
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Length of the whole file. */
  readonly size: number;
};

const whole: Slice = { type: 'whole' };

/** One range of bytes is answered as such; several, another unit and nonsense get the whole file, as the RFC allows. */
export function sliceOf(request: RangeRequest): Slice {
  const { range, size } = request;
  const found = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(range ?? '');
  if (!found || !isSameFile(request)) return whole;
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return whole;
  if (first === '') return Number(last) === 0 || size === 0 ? { type: 'unsatisfiable' } : suffix(Number(last), size);
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < start) return whole;
  return start >= size ? { type: 'unsatisfiable' } : { type: 'part', start, end };
}

const suffix = (length: number, size: number): Slice => ({
  type: 'part',
  start: Math.max(0, size - length),
  end: size - 1,
});

/** A weak validator does not say that the bytes are the same. */
function isSameFile({ ifRange, etag, lastModified }: RangeRequest): boolean {
  if (ifRange === undefined) return true;
  return ifRange.startsWith('"') ? ifRange === etag : ifRange === lastModified;
}

/** The bytes `start` to `end` of a stream. */
export async function* cut(chunks: AsyncIterable<Buffer>, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at > end) return;
  }
}
