// What both protocols of the demo provider answer and read.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Sends a page; `scripts` lets it load those of its own origin. */
export function page(response: ServerResponse, html: string, scripts?: 'scripts'): void {
  const script = scripts ? " script-src 'self';" : '';
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline';${script} base-uri 'none'; frame-ancestors 'none'`,
  });
  response.end(html);
}

/** The body of a form, 8 KiB at most. */
export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > 8192) throw new RangeError('form too large');
  }
  return body;
}
