// A Twilio-shaped endpoint that keeps every text instead of sending it.
// Contract: Twilio API v2010, POST /2010-04-01/Accounts/{AccountSid}/Messages.json
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { catcherPage, closeHttp, escapeHtml, isForeign, listen, sendJson, sendPage } from './mail-catcher.ts';

export type CaughtText = {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly receivedAt: string;
};

export type SmsCatcher = {
  /** `api` is what Twilio's client takes as base URL; `web` is the page of texts. */
  readonly urls: { readonly api: string; readonly web: string };
  messages(): readonly CaughtText[];
  clear(): void;
  stop(): Promise<void>;
};

const keptTexts = 500;
const maxBodyBytes = 64 * 1024;
const e164 = /^\+[1-9]\d{6,14}$/;

type TwilioError = {
  readonly code: number;
  readonly message: string;
  readonly more_info: string;
  readonly status: number;
};

function twilioError(status: number, code: number, message: string): TwilioError {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

/** What Twilio refuses before it queues anything: credentials, `To`, `From`, `Body`. */
function refusal(account: string, authorization: string | undefined, form: URLSearchParams): TwilioError | undefined {
  const user = Buffer.from(authorization?.replace(/^Basic /i, '') ?? '', 'base64')
    .toString('utf8')
    .split(':')[0];
  if (user !== account) return twilioError(401, 20003, 'Authenticate');
  const to = form.get('To') ?? '';
  if (to === '') return twilioError(400, 21604, "A 'To' phone number is required.");
  if (!e164.test(to)) return twilioError(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  if (!form.get('From') && !form.get('MessagingServiceSid')) {
    return twilioError(400, 21603, "A 'From' phone number is required.");
  }
  const body = form.get('Body') ?? '';
  if (body === '') return twilioError(400, 21602, 'Message body is required.');
  if (body.length > 1600)
    return twilioError(400, 21617, 'The concatenated message body exceeds the 1600 character limit.');
  return undefined;
}

function messageResource(account: string, text: CaughtText): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${account}/Messages/${text.sid}`;
  const date = new Date(text.receivedAt).toUTCString().replace('GMT', '+0000');
  return {
    account_sid: account,
    api_version: '2010-04-01',
    body: text.body,
    date_created: date,
    date_sent: null,
    date_updated: date,
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    from: text.from,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: String(Math.ceil(text.body.length / 160)),
    price: null,
    price_unit: 'USD',
    sid: text.sid,
    status: 'queued',
    subresource_uris: { media: `${uri}/Media.json` },
    to: text.to,
    uri: `${uri}.json`,
  };
}

function listPage(texts: readonly CaughtText[]): string {
  const rows = texts
    .map(
      (text) => `<li><div><pre>${escapeHtml(text.body)}</pre><div class="dim">to ${escapeHtml(text.to)} · from
${escapeHtml(text.from)} · ${escapeHtml(text.receivedAt)} · ${[...text.body].length} characters</div></div></li>`,
    )
    .join('');
  const clear = '<form method="post" action="/clear"><button>Empty list</button></form>';
  return catcherPage(
    `Texts (${texts.length})`,
    `<header><h1>Caught text messages</h1><span class="dim">${texts.length} · refreshes by itself</span>${texts.length > 0 ? clear : ''}</header>
<main>${rows === '' ? '<p class="dim">Nothing yet. SMS sent by this installation appear here.</p>' : `<ul>${rows}</ul>`}</main>`,
    3,
  );
}

type Box = { texts: CaughtText[] };

async function accept(box: Box, account: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = await readForm(request);
  if (form === undefined) return sendJson(response, 413, twilioError(413, 20413, 'Request entity too large'));
  const refused = refusal(account, request.headers.authorization, form);
  if (refused) return sendJson(response, refused.status, refused);
  const text: CaughtText = {
    sid: `SM${randomBytes(16).toString('hex')}`,
    to: form.get('To') ?? '',
    from: form.get('From') ?? form.get('MessagingServiceSid') ?? '',
    body: form.get('Body') ?? '',
    receivedAt: new Date().toISOString(),
  };
  box.texts = [...box.texts, text].slice(-keptTexts);
  sendJson(response, 201, messageResource(account, text));
}

async function answer(box: Box, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://catcher.invalid');
  const route = `${request.method} ${pathname}`;
  const create = /^POST \/2010-04-01\/Accounts\/(AC[0-9a-fA-F]{32})\/Messages\.json$/.exec(route);
  if (create?.[1]) return accept(box, create[1], request, response);
  if (route === 'GET /') return sendPage(response, listPage([...box.texts].reverse()));
  if (route === 'GET /api/messages') return sendJson(response, 200, { messages: box.texts });
  if (isForeign(request)) return sendJson(response, 403, { error: 'foreign origin' });
  if (route === 'DELETE /api/messages') {
    box.texts = [];
    return sendJson(response, 200, { messages: [] });
  }
  if (route === 'POST /clear') {
    box.texts = [];
    response.writeHead(303, { location: '/' }).end();
    return;
  }
  sendJson(response, 404, twilioError(404, 20404, `The requested resource ${pathname} was not found`));
}

/** Starts the endpoint on loopback; port 0 takes a free one. Any account SID and token of Twilio's shape is accepted. */
export async function startSmsCatcher(options: { readonly port: number; readonly host?: string }): Promise<SmsCatcher> {
  const host = options.host ?? '127.0.0.1';
  const box: Box = { texts: [] };
  const server = createServer((request, response) => {
    answer(box, request, response).catch(() => response.destroy());
  });
  const url = `http://${host}:${await listen(server, options.port, host)}`;
  return {
    urls: { api: url, web: url },
    messages: () => box.texts,
    clear: () => {
      box.texts = [];
    },
    stop: () => closeHttp(server),
  };
}
