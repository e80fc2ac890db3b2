// An SMTP server that keeps every message and shows it: for tests by JSON, for the demo world by a web page.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export type CaughtMail = {
  readonly id: number;
  readonly receivedAt: string;
  /** Envelope addresses: who it was really handed over for. */
  readonly envelopeFrom: string;
  readonly envelopeTo: readonly string[];
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** Header names in lower case; a repeated header keeps its last value. */
  readonly headers: Readonly<Record<string, string>>;
};

export type MailCatcher = {
  readonly urls: { readonly smtp: string; readonly web: string };
  messages(): readonly CaughtMail[];
  clear(): void;
  stop(): Promise<void>;
};

export type MailCatcherOptions = {
  /** 0 = a free one. */
  readonly smtpPort: number;
  readonly httpPort: number;
  readonly host?: string;
  /** Answers 550 for these recipients: a mailbox that does not exist. */
  readonly rejects?: (recipient: string) => boolean;
};

/** Older messages are dropped: a demo world may run for days. */
const keptMessages = 500;
const maxMessageBytes = 5 * 1024 * 1024;

/** Text for HTML content and for double-quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

const style = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--line:#dfe3e8;--ink:#1c2430;--dim:#5b6675;--link:#0b5cad}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b2129;--line:#313a46;--ink:#e6eaf0;--dim:#9aa6b5;--link:#7db7f5}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header,main{max-width:60rem;margin:0 auto;padding:1rem}header{display:flex;gap:1rem;align-items:center;flex-wrap:wrap}
h1{font-size:1.25rem;margin:0;flex:1;overflow-wrap:anywhere}a{color:var(--link)}
button{font:inherit;padding:.3rem .8rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card);color:inherit;cursor:pointer}
ul{list-style:none;margin:0;padding:0}li,.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:0 0 .6rem;overflow-wrap:anywhere}
li>a,li>div,.card{display:block;padding:.7rem 1rem;color:inherit;text-decoration:none}li>a:hover,li>a:focus{outline:2px solid var(--link);border-radius:.5rem}
.dim{color:var(--dim);font-size:.9rem}.dim a{color:var(--link)}pre{white-space:pre-wrap;margin:0;font:inherit}
iframe{width:100%;height:26rem;border:1px solid var(--line);border-radius:.5rem;background:#fff}summary{cursor:pointer}`;

/** A whole page in the catchers' look. `body` is HTML; `title` is text. */
export function catcherPage(title: string, body: string, refreshSeconds?: number): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>${body}</body></html>`;
}

/** Answers with a page that can run no script and load nothing, whatever the caught text tries. */
export function sendPage(response: ServerResponse, html: string, status = 200): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(html);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

/** Other web sites must not be able to empty the box through the developer's browser. */
export function isForeign(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Starts listening and gives the port really taken. */
export function listen(
  server: Pick<Server, 'listen' | 'once' | 'address'>,
  port: number,
  host: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Stops an HTTP server at once, open connections too. */
export function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function listPage(mails: readonly CaughtMail[]): string {
  const rows = mails
    .map(
      (mail) => `<li><a href="/messages/${mail.id}"><strong>${escapeHtml(mail.subject || '(no subject)')}</strong>
<div class="dim">to ${escapeHtml(mail.envelopeTo.join(', '))} · ${escapeHtml(mail.receivedAt)}</div></a></li>`,
    )
    .join('');
  const clear = '<form method="post" action="/clear"><button>Empty inbox</button></form>';
  const count = mails.length === 1 ? '1 message' : `${mails.length} messages`;
  return catcherPage(
    `Inbox (${mails.length})`,
    `<header><h1>Caught mail</h1><span class="dim">${count} · refreshes by itself</span>${mails.length > 0 ? clear : ''}</header>
<main>${rows === '' ? '<p class="dim">Nothing yet. Mail sent by this installation appears here.</p>' : `<ul>${rows}</ul>`}</main>`,
    3,
  );
}

function messagePage(mail: CaughtMail): string {
  // Links of the mail open in a new tab; scripts, forms and remote images stay dead inside the sandbox.
  const frame = `<base target="_blank">${mail.html}`;
  const html = `<iframe title="HTML part" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(frame)}"></iframe>`;
  const headers = Object.entries(mail.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  return catcherPage(
    mail.subject || '(no subject)',
    `<header><h1>${escapeHtml(mail.subject || '(no subject)')}</h1><a href="/">Inbox</a></header><main>
<p class="dim">from ${escapeHtml(mail.from)} · to ${escapeHtml(mail.envelopeTo.join(', '))} · ${escapeHtml(mail.receivedAt)}</p>
${mail.html === '' ? '' : html}<div class="card"><pre>${escapeHtml(mail.text)}</pre></div>
<details class="card"><summary>Headers</summary><pre class="dim">${escapeHtml(headers)}</pre></details></main>`,
  );
}

type Box = { mails: CaughtMail[] };

function answerOpened(box: Box, id: number, response: ServerResponse): void {
  const mail = box.mails.find((each) => each.id === id);
  if (mail) sendPage(response, messagePage(mail));
  else sendPage(response, catcherPage('Not found', '<main>Not found</main>'), 404);
}

function answer(box: Box, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://catcher.invalid');
  const route = `${request.method} ${pathname}`;
  const opened = /^GET \/messages\/(\d+)$/.exec(route);
  if (opened) answerOpened(box, Number(opened[1]), response);
  else if (route === 'GET /') sendPage(response, listPage([...box.mails].reverse()));
  else if (route === 'GET /api/messages') sendJson(response, 200, { messages: box.mails });
  else if (isForeign(request)) sendJson(response, 403, { error: 'foreign origin' });
  else if (route === 'DELETE /api/messages') {
    box.mails = [];
    sendJson(response, 200, { messages: [] });
  } else if (route === 'POST /clear') {
    box.mails = [];
    response.writeHead(303, { location: '/' }).end();
  } else sendJson(response, 404, { error: 'not found' });
}

async function parseMail(raw: Buffer, id: number, from: string, recipients: readonly string[]): Promise<CaughtMail> {
  const mail = await PostalMime.parse(raw);
  return {
    id,
    receivedAt: new Date().toISOString(),
    envelopeFrom: from,
    envelopeTo: recipients,
    from: mail.from?.address ?? '',
    to: (mail.to ?? []).flatMap((to) => (to.address === undefined ? [] : [to.address])),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    messageId: mail.messageId ?? '',
    headers: Object.fromEntries(mail.headers.map((header) => [header.key, header.value])),
  };
}

function smtpServer(box: Box, rejects: (recipient: string) => boolean): SMTPServer {
  let lastId = 0;
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: maxMessageBytes,
    // Pooled clients keep idle connections: do not wait for them at the end.
    closeTimeout: 200,
    onRcptTo(address, _session, done) {
      if (!rejects(address.address)) return done();
      done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('5.3.4 too large'), { responseCode: 552 }));
        const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
        const recipients = session.envelope.rcptTo.map((to) => to.address);
        lastId += 1;
        parseMail(Buffer.concat(chunks), lastId, from, recipients).then((mail) => {
          box.mails = [...box.mails, mail].slice(-keptMessages);
          done();
        }, done);
      });
    },
  });
}

/**
 * Starts the catcher: SMTP without TLS or login, a web inbox at `/`, JSON at `/api/messages` (GET, DELETE).
 * Binds to loopback unless `host` says otherwise; port 0 takes a free one.
 */
export async function startMailCatcher(options: MailCatcherOptions): Promise<MailCatcher> {
  const host = options.host ?? '127.0.0.1';
  const box: Box = { mails: [] };
  const smtp = smtpServer(box, options.rejects ?? (() => false));
  smtp.on('error', () => undefined);
  const web = createServer((request, response) => answer(box, request, response));
  const smtpPort = await listen(smtp.server as unknown as Server, options.smtpPort, host);
  const webPort = await listen(web, options.httpPort, host);
  return {
    urls: { smtp: `smtp://${host}:${smtpPort}`, web: `http://${host}:${webPort}` },
    messages: () => box.mails,
    clear: () => {
      box.mails = [];
    },
    stop: async () => {
      await closeHttp(web);
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}
