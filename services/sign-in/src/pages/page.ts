// The frame of every page: works without script, in light and dark, and runs nothing but our own two files.
import type { Response } from 'express';
import type { Language } from './wording.ts';

export type Page = {
  readonly language: Language;
  readonly title: string;
  /** HTML, already escaped. */
  readonly body: string;
  readonly organisation: string;
  /** HTML for the head, already escaped. */
  readonly head?: string;
};

// Chromium applies form-action to every redirect after the form, and those lead through the app's own hosts.
const contentSecurityPolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'";

export function sendPage(response: Response, status: number, page: Page): void {
  response
    .status(status)
    .set({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-store',
      'content-language': page.language,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
    .send(render(page));
}

export function render({ language, title, body, organisation, head = '' }: Page): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/assets/sign-in.css">${head}</head>
<body><main><p class="organisation">${escapeHtml(organisation)}</p><h1>${escapeHtml(title)}</h1>
${body}
</main></body></html>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
