// Style, script and logo. They name the app's own absolute origin, as built front ends do.

export type Asset = { readonly type: string; readonly body: string };

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1d5fd1"/><path d="M8 11h6l2 3h8v9H8z" fill="#fff"/></svg>`;

const style = (origin: string) => `:root{color-scheme:light;--ink:#1b2733;--soft:#5a6b7b;--line:#dde5ec;--blue:#1d5fd1}
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#f6f8fa}
header{display:flex;gap:2rem;align-items:center;padding:.75rem 2rem;background:#fff;border-bottom:1px solid var(--line)}
.brand{padding-left:2rem;background:url("${origin}/assets/logo.svg") left center/1.5rem no-repeat;font-weight:700;text-decoration:none}
nav{display:flex;gap:1.25rem;flex:1}
a{color:var(--blue)}
main{max-width:60rem;margin:0 auto;padding:1rem 2rem}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid var(--line);border-radius:8px;margin-bottom:1rem}
th,td{text-align:left;padding:.6rem .9rem;border-bottom:1px solid var(--line)}
th,.user,.empty{color:var(--soft);font-size:.9rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:1rem;padding:0;list-style:none}
.card{display:flex;flex-direction:column;gap:.6rem;padding:1rem 1.25rem;background:#fff;border:1px solid var(--line);border-radius:10px;text-decoration:none}
.card h2{margin:0;font-size:1rem}
.actions{display:grid;gap:.6rem;padding:0;list-style:none}
button{align-self:start;padding:.5rem 1rem;border:0;border-radius:6px;background:var(--blue);color:#fff;font:inherit;cursor:pointer}
input[type=search]{padding:.5rem;margin-right:.5rem;border:1px solid var(--line);border-radius:6px;font:inherit}
.tag{padding:.1rem .6rem;border-radius:1rem;background:#e7effc;font-size:.85rem}
dt{color:var(--soft)}dd{margin:0 0 .6rem}
@media(max-width:40rem){header{flex-wrap:wrap;gap:.5rem;padding:.75rem 1rem}main{padding:1rem}}
`;

const script = (origin: string) => `'use strict';
const ORIGIN = ${JSON.stringify(origin)};
const LIVE = ${JSON.stringify(`${origin.replace(/^http/, 'ws')}/live`)};

function say(text) {
  const place = document.querySelector('[data-message]');
  if (place) place.textContent = text;
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function downloadByFetch(button) {
  const answer = await fetch(ORIGIN + button.dataset.path);
  if (!answer.ok) throw new Error('The server answered ' + answer.status);
  save(await answer.blob(), button.dataset.name);
}

async function downloadFromJson(button) {
  const answer = await fetch(ORIGIN + button.dataset.path, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error('The server answered ' + answer.status);
  const file = await answer.json();
  const bytes = Uint8Array.from(atob(file.base64), (character) => character.charCodeAt(0));
  save(new Blob([bytes], { type: file.type }), file.name);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-path]');
  if (!button) return;
  const work = button.dataset.action === 'fetch' ? downloadByFetch : downloadFromJson;
  say('Downloading…');
  work(button).then(() => say('Downloaded.'), (error) => say('Download failed: ' + error.message));
});

const live = document.querySelector('[data-live]');
if (live) {
  const socket = new WebSocket(LIVE);
  socket.onopen = () => socket.send('hello');
  socket.onmessage = (message) => { live.textContent = message.data === 'hello' ? 'live' : message.data; };
  socket.onclose = () => { live.textContent = 'offline'; };
}
`;

/** The static files under /assets/ by name. */
export function assets(origin: string): ReadonlyMap<string, Asset> {
  return new Map([
    ['logo.svg', { type: 'image/svg+xml', body: logo }],
    ['style.css', { type: 'text/css; charset=utf-8', body: style(origin) }],
    ['app.js', { type: 'text/javascript; charset=utf-8', body: script(origin) }],
  ]);
}
