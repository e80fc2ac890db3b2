// Small answers on node:http.
import type { IncomingMessage, ServerResponse } from 'node:http';

const maxBody = 25 * 1024 * 1024;

export function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  const bytes = Buffer.from(body as string);
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, 'cache-control': 'no-store' });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.setHeader('content-security-policy', "default-src 'self'; frame-ancestors 'none'");
  send(response, status, 'text/html; charset=utf-8', html);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value));
}

export function sendProblem(response: ServerResponse, status: number, title: string): void {
  send(response, status, 'application/problem+json', JSON.stringify({ type: 'about:blank', title, status }));
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store', 'content-length': 0 });
  response.end();
}

/** The whole request body; undefined when it exceeds 25 MiB (the rest is not read). */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The value of one request cookie. */
export function cookie(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
