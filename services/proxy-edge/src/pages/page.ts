// One page for everything the edge has to say: no script, both themes, 320 px, never a matched value.
import { createHash } from 'node:crypto';
import { type Language, texts } from './texts.ts';

export type Page = {
  readonly status: number;
  readonly language: Language;
  readonly title: string;
  /** Plain text; line breaks stay. */
  readonly message: string;
  readonly next?: string;
  readonly reference: string;
  readonly time: string;
  readonly contact?: string;
  /** Where the person goes on, in the whole tab. */
  readonly link?: { readonly url: string; readonly text: string };
  /** The text file that takes the place of a blocked download: offered, and fetched by itself. */
  readonly file?: { readonly url: string; readonly name: string };
};

const style = `
:root{color-scheme:light dark;--ink:#172033;--soft:#56607a;--paper:#fff;--ground:#eef1f7;--line:#d9dfeb;--accent:#2f55d4;--warn:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e9edf7;--soft:#a5afc6;--paper:#1a2131;--ground:#0f1420;--line:#2e3850;--accent:#8fa9ff;--warn:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:36rem;background:var(--paper);border:1px solid var(--line);border-radius:.9rem;padding:2rem;box-shadow:0 12px 40px rgb(10 20 50/.08)}
.mark{display:inline-grid;place-items:center;width:3rem;height:3rem;border-radius:50%;background:color-mix(in srgb,var(--warn) 14%,transparent);color:var(--warn)}
h1{font-size:1.5rem;line-height:1.25;margin:1rem 0 .6rem}
p{margin:.6rem 0;overflow-wrap:anywhere;white-space:pre-line}
.next{color:var(--soft)}
a.button{display:inline-block;margin:.8rem 0 .2rem;padding:.6rem 1rem;border-radius:.5rem;border:1px solid var(--accent);color:var(--accent);font-weight:600;text-decoration:none}
a.button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem;margin:1.4rem 0 0;padding-top:1.1rem;border-top:1px solid var(--line);font-size:.925rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:600 1rem ui-monospace,SFMono-Regular,Menlo,monospace;user-select:all}
@media (max-width:26rem){main{padding:1.4rem}dl{grid-template-columns:1fr;gap:.1rem}dd{margin-bottom:.5rem}}
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** Escapes text for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function renderPage(page: Page): string {
  const words = texts[page.language];
  const row = (term: string, value: string) => `<dt>${escapeHtml(term)}</dt><dd>${value}</dd>`;
  const refresh = page.file ? `<meta http-equiv="refresh" content="1;url=${escapeHtml(page.file.url)}">` : '';
  const file = page.file
    ? `<p><a class="button" href="${escapeHtml(page.file.url)}">${escapeHtml(words.restrictedFile)}</a></p>`
    : '';
  const link = page.link
    ? `<p><a class="button" target="_top" href="${escapeHtml(page.link.url)}">${escapeHtml(page.link.text)}</a></p>`
    : '';
  return `<!doctype html>
<html lang="${page.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${refresh}<title>${escapeHtml(page.title)}</title><style>${style}</style></head>
<body><main><span class="mark" aria-hidden="true"><svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z"/><path d="M12 8v5"/><path d="M12 16.5v.01"/></svg></span>
<h1>${escapeHtml(page.title)}</h1><p>${escapeHtml(page.message)}</p>${page.next ? `<p class="next">${escapeHtml(page.next)}</p>` : ''}${file}${link}
<dl>${row(words.reference, `<code>${escapeHtml(page.reference)}</code>`)}${row(words.time, `<time>${escapeHtml(page.time)}</time>`)}${page.contact ? row(words.contact, escapeHtml(page.contact)) : ''}</dl>
</main></body></html>`;
}

/** Headers of every page of ours. */
export const pageHeaders: readonly string[] = [
  ...['content-type', 'text/html; charset=utf-8', 'cache-control', 'no-store', 'x-robots-tag', 'noindex'],
  ...[
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'self'; base-uri 'none'`,
  ],
  ...['x-content-type-options', 'nosniff', 'referrer-policy', 'no-referrer'],
];
