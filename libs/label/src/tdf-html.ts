// The container as a page that opens from a disk: it hands its bytes to the viewer and knows nothing else.

import { encodeBase64 } from './base64.ts';
import { concat } from './concat.ts';
import { corrupt } from './label-error.ts';

/** Within the first KiB of every wrapper. */
export const htmlMarker = '<meta name="gatehouse-container" content="1">';
const open = '<script type="application/octet-stream" id="container">';
const close = '</script>';

export type HtmlWrapper = {
  /** Everything before the base64 text, and behind it. */
  readonly before: string;
  readonly after: string;
};

/**
 * Runs in the recipient's browser, from `file:`. It opens the viewer, waits for its `ready` and posts the bytes to exactly
 * that origin. It holds no secret and loads nothing.
 */
export const wrapperScript = `
const viewer = document.documentElement.dataset.viewer;
const name = document.documentElement.dataset.name;
const origin = new URL(viewer).origin;
const button = document.getElementById('open');
const note = document.getElementById('note');
let target;
function bytes() {
  const text = document.getElementById('container').textContent;
  const binary = atob(text);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  return out.buffer;
}
button.addEventListener('click', () => {
  target = window.open(viewer, '_blank');
  note.textContent = target ? 'The viewer opens in a new tab.' : 'The browser blocked the new tab. Allow pop-ups for this page and try again.';
});
window.addEventListener('message', (event) => {
  if (event.origin !== origin || event.source !== target || event.data !== 'gatehouse:ready') return;
  const buffer = bytes();
  target.postMessage({ type: 'gatehouse:container', name, buffer }, origin, [buffer]);
});
`;

const style = `
:root{color-scheme:light dark;--ink:#17212b;--soft:#5a6b7b;--page:#f4f6f8;--card:#fff;--line:#dbe2e8;--act:#1565c0;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a3b1be;--page:#11171d;--card:#1b242d;--line:#31404d;--act:#7ab8ff;--on:#0b1622}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:min(30rem,100%);background:var(--card);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{margin:.25rem 0 1rem;font-size:1.35rem;overflow-wrap:anywhere}p{margin:.5rem 0;color:var(--soft)}
.label{display:inline-block;border:1px solid var(--line);border-radius:99px;padding:.1rem .75rem;font-size:.875rem}
button{margin-top:1rem;width:100%;padding:.75rem;border:0;border-radius:8px;background:var(--act);color:var(--on);font:600 1rem system-ui,sans-serif;cursor:pointer}
button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}#note{min-height:1.5em}`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export type WrapperInput = {
  readonly name: string;
  readonly label: string;
  /** Absolute address of the viewer page. */
  readonly viewer: string;
  /** Base64 SHA-256 of {@link wrapperScript}. */
  readonly scriptHash: string;
};

/** The page around the container. */
export function htmlWrapper({ name, label, viewer, scriptHash }: WrapperInput): HtmlWrapper {
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  const host = new URL(viewer).host;
  return {
    before: `<!doctype html>
<html lang="en" data-viewer="${escapeHtml(viewer)}" data-name="${escapeHtml(name)}"><head><meta charset="utf-8">
${htmlMarker}
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(name)}</title><style>${style}</style></head>
<body><main><span class="label">${escapeHtml(label)}</span><h1>${escapeHtml(name)}</h1>
<p>This file is protected. It opens in the browser after you sign in at <strong>${escapeHtml(host)}</strong>.</p>
<button id="open" type="button">Open</button><p id="note" role="status"></p>
<noscript><p>Opening needs JavaScript in this browser.</p></noscript></main>
${open}`,
    after: `${close}<script>${wrapperScript}</script></body></html>\n`,
  };
}

/** The base64 text inside a wrapper's source. */
export function payloadOfHtml(html: string): string {
  const start = html.indexOf(open);
  const end = html.indexOf(close, start);
  return start === -1 || end === -1 ? corrupt('TDF wrapper') : html.slice(start + open.length, end);
}

/** A stream as base64 text, in pieces that join without padding in between. `encode` may be a platform's faster one. */
export async function* base64Stream(
  bytes: AsyncIterable<Uint8Array>,
  encode: (bytes: Uint8Array) => string = encodeBase64,
): AsyncGenerator<string> {
  let rest = new Uint8Array();
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? chunk : concat([rest, chunk]);
    const usable = all.length - (all.length % 3);
    rest = all.slice(usable);
    if (usable > 0) yield encode(all.subarray(0, usable));
  }
  if (rest.length > 0) yield encode(rest);
}
