// A session that access is refused to: one page for people, a problem for scripts, both with the reference.
import { delivery } from '@gatehouse/activity/delivery';
import { field } from '@gatehouse/activity/request-kind';
import type { Edge } from './edge.ts';
import { type Exchange, sendBody } from './exchange.ts';
import { pageHeaders, renderPage } from './pages/page.ts';
import { chooseLanguage, type Language } from './pages/texts.ts';

export type RefusalWords = { readonly title: string; readonly text: string; readonly next?: string };

export function sendRefusedAccess(
  edge: Edge,
  exchange: Exchange,
  reference: string,
  words: Readonly<Record<Language, RefusalWords>>,
): void {
  const language = chooseLanguage(field(exchange.headers, 'accept-language'));
  const { title, text, next } = words[language];
  const extra = ['gatehouse-reference', reference];
  if (delivery(exchange.method, exchange.headers) === 'fetch') {
    const problem = { type: 'about:blank', title, status: 403, detail: text, reference };
    const head = ['content-type', 'application/problem+json', 'cache-control', 'no-store', ...extra];
    sendBody(exchange.response, 403, head, JSON.stringify(problem));
    return;
  }
  const { supportContact } = edge.catalogue.settings();
  const page = renderPage({
    ...{ status: 403, language, title, message: text, ...(next ? { next } : {}), reference },
    time: new Date().toISOString(),
    ...(supportContact ? { contact: supportContact } : {}),
  });
  sendBody(exchange.response, 403, [...pageHeaders, ...extra], page);
}
