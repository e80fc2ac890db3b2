// The built web app: files, one HTML page with a fresh style nonce, and headers that keep everything else out.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Express, NextFunction, Request, Response } from 'express';

const noncePlaceholder = '__CSP_NONCE__';

/** Scripts only as files; style elements need the nonce, which Mantine takes from a meta element. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer, pages and API alike. */
export function setSecurityHeaders(_: Request, response: Response, next: NextFunction): void {
  const nonce = randomBytes(16).toString('base64url');
  response.locals.nonce = nonce;
  response.set({
    'content-security-policy': contentSecurityPolicy(nonce),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  next();
}

async function sendPage(root: string, response: Response): Promise<void> {
  const html = await readFile(join(root, 'index.html'), 'utf8').catch(() => undefined);
  if (html === undefined) {
    response.status(503).type('text/plain').send('The web app is not built. Run the build, or set WEB_DIR.\n');
    return;
  }
  response.set('cache-control', 'no-store').type('text/html');
  response.send(html.replaceAll(noncePlaceholder, String(response.locals.nonce)));
}

/** Serves files below `root`; paths of the app itself, which have no extension, get its page. */
export function serveWebApp(app: Express, root: string): void {
  app.use(async (request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    if (extname(request.path) === '' || request.path === '/index.html') return sendPage(root, response);
    const immutable = request.path.startsWith('/assets/');
    const options = { root, dotfiles: 'deny', immutable, maxAge: immutable ? '365d' : 0 } as const;
    response.sendFile(decodePath(request.path), options, (error) => {
      if (error === undefined || error === null || response.headersSent) return;
      response.status(404).type('text/plain').send('Not found\n');
    });
  });
}

/** A path that cannot be decoded names no file; sendFile itself refuses to leave its root. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '/.invalid';
  }
}
