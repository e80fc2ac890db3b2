// A redirect that keeps the fragment. Plain clients get the 302; browsers get a page whose script carries the fragment.
import type { Request, Response } from 'express';
import { escapeHtml, sendPage } from './page.ts';
import { languageOf, wordingOf } from './wording.ts';

export type Hop = {
  readonly to: string;
  /** Put the fragment aside under this key before leaving for a foreign host. */
  readonly keep?: string;
  /** Append the fragment kept under this key. */
  readonly restore?: string;
  readonly organisation: string;
};

export function hop(request: Request, response: Response, { to, keep, restore, organisation }: Hop): void {
  response.set('cache-control', 'no-store').set('referrer-policy', 'no-referrer');
  // Only browsers send Sec-Fetch-Dest; a page without script goes on by the refresh.
  if (request.headers['sec-fetch-dest'] !== 'document' || !(keep || restore)) {
    response.redirect(302, to);
    return;
  }
  const language = languageOf(request.headers['accept-language']);
  const words = wordingOf(language);
  const data = [`data-to="${escapeHtml(to)}"`];
  if (keep) data.push(`data-keep="${escapeHtml(keep)}"`);
  if (restore) data.push(`data-restore="${escapeHtml(restore)}"`);
  sendPage(response, 200, {
    language,
    organisation,
    title: words.onwards,
    head: `<script src="/assets/carry.js" ${data.join(' ')}></script><noscript><meta http-equiv="refresh" content="0;url=${escapeHtml(to)}"></noscript>`,
    body: `<noscript><a class="button" href="${escapeHtml(to)}">${escapeHtml(words.onwards)}</a></noscript>`,
  });
}

/** Name under which a tab keeps the fragment of one login. */
export function hashKey(state: string): string {
  return `gatehouse-hash-${state.slice(0, 8)}`;
}
