// Every signed-in route in one list.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { create as contentDisposition } from 'content-disposition';
import { zipSync } from 'fflate';
import { contacts, toCsv } from './contacts.ts';
import { contactPage, contactsPage } from './crm-pages.ts';
import { sendFile } from './file-download.ts';
import type { FileStore } from './file-store.ts';
import { filePage, filePath, folderPage, foldersPage, searchPage } from './files-pages.ts';
import { streamClock } from './live.ts';
import type { PageContext } from './page.ts';
import { redirect, send, sendHtml, sendJson, sendProblem } from './reply.ts';
import type { StoredFile } from './sample-files.ts';
import { storeUpload } from './upload.ts';

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The decoded path segments the route's `*` stand for. */
  readonly parts: readonly string[];
  readonly context: PageContext;
  readonly store: FileStore;
};
type Handler = (exchange: Exchange) => void | Promise<void>;
export type Route = { readonly method: 'GET' | 'POST'; readonly path: string; readonly handle: Handler };

const notFound = ({ response }: Exchange) => sendProblem(response, 404, 'Not found');

function withFile(handle: (exchange: Exchange, file: StoredFile) => void): Handler {
  return (exchange) => {
    const file = exchange.store.get(exchange.parts[0] ?? '', exchange.parts[1] ?? '');
    return file ? handle(exchange, file) : notFound(exchange);
  };
}

function describe(file: StoredFile, origin: string) {
  const { folder, name, type, bytes } = file;
  return { folder, name, type, size: bytes.length, url: `${origin}/files/${filePath(file)}` };
}

function sendZip({ response }: Exchange, name: string, files: readonly StoredFile[]): void {
  const entries = files.map((file) => [`${file.folder}/${file.name}`, new Uint8Array(file.bytes)] as const);
  response.setHeader('content-disposition', contentDisposition(name));
  send(response, 200, 'application/zip', Buffer.from(zipSync(Object.fromEntries(entries), { level: 1 })));
}

function sendCsv({ response }: Exchange, name: string, text: string): void {
  response.setHeader('content-disposition', contentDisposition(name));
  send(response, 200, 'text/csv; charset=utf-8', text);
}

function zipSelected(exchange: Exchange): void {
  const files = exchange.query.getAll('file').flatMap((path) => {
    const [folder, name] = path.split('/').map(decodeSegment);
    return exchange.store.get(folder ?? '', name ?? '') ?? [];
  });
  if (files.length === 0) sendProblem(exchange.response, 400, 'Select at least one file');
  else sendZip(exchange, 'files.zip', files);
}

async function upload(exchange: Exchange): Promise<void> {
  const outcome = await storeUpload(exchange.request, exchange.store);
  if (outcome.status === 'refused') sendProblem(exchange.response, outcome.code, outcome.reason);
  else if (exchange.request.headers.accept?.includes('application/json')) sendJson(exchange.response, 201, outcome);
  else redirect(exchange.response, `${exchange.context.origin}/folders/${encodeURIComponent(outcome.folder)}`);
}

/** Undefined for a malformed escape. */
export function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const get = (path: string, handle: Handler): Route => ({ method: 'GET', path, handle });

const fileRoutes: readonly Route[] = [
  get('/folders/*', (x) => {
    const folder = x.parts[0] ?? '';
    if (!x.store.folders().includes(folder)) notFound(x);
    else sendHtml(x.response, 200, folderPage(x.context, x.store, folder));
  }),
  get('/search', (x) => sendHtml(x.response, 200, searchPage(x.context, x.store, x.query.get('q') ?? ''))),
  get(
    '/view/*/*',
    withFile((x, file) => sendHtml(x.response, 200, filePage(x.context, file))),
  ),
  get(
    '/files/*/*',
    withFile((x, file) => sendFile(x.request, x.response, file, x.query)),
  ),
  get(
    '/go/*/*',
    withFile((x, file) => redirect(x.response, describe(file, x.context.origin).url)),
  ),
  get('/zip', zipSelected),
  get('/zip/*', (x) => {
    const files = x.store.list(x.parts[0] ?? '');
    return files.length > 0 ? sendZip(x, `${x.parts[0]}.zip`, files) : notFound(x);
  }),
  get('/export.csv', (x) => {
    const files = x.store.search('');
    sendCsv(
      x,
      'files.csv',
      toCsv(
        ['folder', 'name', 'size'],
        files.map((file) => [file.folder, file.name, file.bytes.length]),
      ),
    );
  }),
  { method: 'POST', path: '/upload', handle: upload },
  { method: 'POST', path: '/api/files', handle: upload },
  get('/api/files', (x) =>
    sendJson(
      x.response,
      200,
      x.store.search(x.query.get('q') ?? '').map((file) => describe(file, x.context.origin)),
    ),
  ),
  get(
    '/api/export/*/*',
    withFile((x, file) => {
      sendJson(x.response, 200, { ...describe(file, x.context.origin), base64: file.bytes.toString('base64') });
    }),
  ),
  get('/api/me', (x) =>
    sendJson(x.response, 200, { ...x.context.user, app: x.context.name, home: `${x.context.origin}/` }),
  ),
  get('/events', (x) => streamClock(x.response)),
];

const filesHome = (x: Exchange) => sendHtml(x.response, 200, foldersPage(x.context, x.store));

const crmRoutes: readonly Route[] = [
  get('/', (x) => sendHtml(x.response, 200, contactsPage(x.context, contacts))),
  get('/attachments', filesHome),
  get('/contacts/*', (x) => {
    const contact = contacts.find(({ id }) => id === x.parts[0]);
    return contact ? sendHtml(x.response, 200, contactPage(x.context, contact)) : notFound(x);
  }),
  get('/contacts.csv', (x) => {
    const rows = contacts.map(({ name, company, email, phone, stage }) => [name, company, email, phone, stage]);
    sendCsv(x, 'contacts.csv', toCsv(['name', 'company', 'email', 'phone', 'stage'], rows));
  }),
  get('/api/contacts', (x) =>
    sendJson(
      x.response,
      200,
      contacts.map((one) => ({ ...one, url: `${x.context.origin}/contacts/${one.id}` })),
    ),
  ),
];

/** The routes of one kind of app. */
export function routesOf(kind: PageContext['kind']): readonly Route[] {
  return kind === 'crm' ? [...crmRoutes, ...fileRoutes] : [get('/', filesHome), ...fileRoutes];
}

/** The decoded `*` segments when the path fits the route; undefined when not. */
export function matchPath(route: string, path: string): string[] | undefined {
  const wanted = route.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parts: string[] = [];
  for (const [i, segment] of wanted.entries()) {
    if (segment !== '*') {
      if (segment !== given[i]) return undefined;
      continue;
    }
    const decoded = decodeSegment(given[i] ?? '');
    if (decoded === undefined) return undefined;
    parts.push(decoded);
  }
  return parts;
}
