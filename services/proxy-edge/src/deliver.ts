// What the browser gets in place of, or as, the file it asked for (SPEC section 4).
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  acceptsJson,
  blockedFileName,
  contentDisposition,
  delivery,
  fillMessage,
  textFile,
} from '@gatehouse/activity/delivery';
import { field } from '@gatehouse/activity/request-kind';
import type { Settings } from '@gatehouse/contracts/catalogue';
import type { Verdict } from '@gatehouse/contracts/decision';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import { type Exchange, sendBody } from './exchange.ts';
import { pageHeaders, renderPage } from './pages/page.ts';
import { chooseLanguage, texts } from './pages/texts.ts';
import type { RestrictedStore } from './restricted.store.ts';

export type Blocked = {
  readonly fileName: string | undefined;
  readonly verdict: Verdict;
  readonly cause: string | undefined;
  readonly reference: string;
  /** What the app answered: who may read that may read the refusal. */
  readonly answer: IncomingMessage;
};

/** Sends the text file, the page or the problem; returns what was delivered in the file's place. */
export function deliverBlocked(
  exchange: Exchange,
  blocked: Blocked,
  settings: Settings,
  store: RestrictedStore,
): { readonly sha256: string; readonly bytes: number } {
  const message = blockMessage(exchange, blocked, settings);
  const time = new Date().toISOString();
  const contact = settings.supportContact ? { supportContact: settings.supportContact } : {};
  const text = textFile({ message, reference: blocked.reference, time, ...contact });
  const name = blockedFileName(blocked.fileName);
  const reference = ['gatehouse-reference', blocked.reference];
  const kind = delivery(exchange.method, exchange.headers);
  if (kind === 'navigation') {
    const handle = store.put({ sessionId: exchange.live.session.sessionId, name, text }, Date.now());
    const shown = { message, time, name, reference: blocked.reference, contact: settings.supportContact };
    const page = restrictedPage(exchange, { ...shown, handle });
    sendBody(exchange.response, 403, [...pageHeaders, ...reference], page);
  } else {
    const readers = kind === 'fetch' ? crossOrigin(exchange, blocked.answer) : [];
    const asJson = kind === 'fetch' && acceptsJson(exchange.headers);
    const head = asJson ? ['content-type', 'application/problem+json', 'cache-control', 'no-store'] : fileHead(name);
    const body = asJson ? problem(message, blocked.reference) : text;
    sendBody(exchange.response, kind === 'fetch' ? 403 : 200, [...head, ...reference, ...readers], body);
  }
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
}

/** Head of a text file that is saved, never shown and never kept. */
export function fileHead(name: string): string[] {
  return [
    ...['content-type', 'text/plain; charset=utf-8', 'content-disposition', contentDisposition(name)],
    ...['cache-control', 'no-store', 'x-content-type-options', 'nosniff', 'accept-ranges', 'none'],
  ];
}

const problem = (detail: string, reference: string) =>
  JSON.stringify({ type: 'about:blank', title: 'Download restricted', status: 403, detail, reference });

/** The app's CORS lines, so that a script on another host of the app can read why. */
function crossOrigin(exchange: Exchange, answer: IncomingMessage): string[] {
  const { domain, edgeCookies, mapping } = exchange;
  const lines = responseHeaders(answer.rawHeaders, { codec: mapping.codec, domain, edgeCookies, body: 'transformed' });
  const kept = lines.flatMap((name, at) =>
    at % 2 === 0 && /^(access-control-.*|vary)$/i.test(name) ? [name, lines[at + 1] ?? ''] : [],
  );
  // The dialog's script reads the reference, also where the file is on another host of the app.
  return kept.length === 0 ? kept : [...kept, 'access-control-expose-headers', 'gatehouse-reference'];
}

/** The policy's message, else the organisation's; a default decision says so. */
function blockMessage(exchange: Exchange, blocked: Blocked, settings: Settings): string {
  const shown = blocked.verdict.obligations.find((obligation) => obligation.type === 'showMessage');
  const message = fillMessage(shown?.message || settings.blockMessage, {
    appName: exchange.app.name,
    fileName: blocked.fileName,
    policyName: blocked.verdict.policyName,
    reference: blocked.reference,
    userName: exchange.live.session.displayName ?? exchange.live.session.user,
  });
  return blocked.cause ? `${message}\n${sentence(blocked.cause)}` : message;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

type Shown = { message: string; time: string; name: string; handle: string; reference: string; contact: string };

function restrictedPage(exchange: Exchange, shown: Shown): string {
  const language = chooseLanguage(field(exchange.headers, 'accept-language'));
  const words = texts[language];
  return renderPage({
    status: 403,
    language,
    title: words.restrictedTitle,
    message: shown.message,
    next: words.restrictedNext,
    reference: shown.reference,
    time: shown.time,
    ...(shown.contact ? { contact: shown.contact } : {}),
    file: { url: `/.gatehouse/restricted/${shown.handle}`, name: shown.name },
  });
}
