// One file as a response: attachment or inline, whole or one byte range (RFC 9110, 14).
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { create as contentDisposition } from 'content-disposition';
import type { StoredFile } from './sample-files.ts';

type Range = { start: number; end: number };

/** `undefined`: no usable Range header, send all; `unsatisfiable`: 416. */
export function byteRange(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const first = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return first > last || first >= size ? 'unsatisfiable' : { start: first, end: last };
}

/** Sends a stored file; `?inline=1` shows it in the browser, `?as=<type>` declares another content type. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  query: URLSearchParams,
): void {
  const as = query.get('as');
  const { bytes } = file;
  const range = byteRange(request.headers.range, bytes.length);
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('etag', `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`);
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('x-content-type-options', 'nosniff');
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const type = query.get('inline') === '1' ? 'inline' : 'attachment';
  response.setHeader('content-type', as !== null && /^[\w.+-]+\/[\w.+-]+$/.test(as) ? as : file.type);
  response.setHeader('content-disposition', contentDisposition(file.name, { type }));
  // An uploaded page must not run as part of this app when shown inline.
  response.setHeader('content-security-policy', "sandbox; default-src 'none'");
  if (range) response.setHeader('content-range', `bytes ${range.start}-${range.end}/${bytes.length}`);
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
  response.writeHead(range ? 206 : 200, { 'content-length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
}
