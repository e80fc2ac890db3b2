// The viewer page: every state is in it, the script shows one.
export const viewerPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Protected file</title><style>
:root{color-scheme:light dark;--ink:#17212b;--soft:#51626f;--page:#f4f6f8;--card:#fff;--line:#d5dde4;--act:#1565c0;--on:#fff;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a9b7c3;--page:#11171d;--card:#1b242d;--line:#33424f;--act:#7ab8ff;--on:#0b1622;--bad:#ffb4ab}}
*{box-sizing:border-box}[hidden]{display:none!important}
body{margin:0;min-height:100vh;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;padding:.75rem 1.25rem;background:var(--card);border-bottom:1px solid var(--line)}
header strong{overflow-wrap:anywhere}header span{color:var(--soft);font-size:.875rem}
.label{border:1px solid var(--line);border-radius:99px;padding:.05rem .75rem}
main{display:grid;place-items:center;padding:1.25rem}
.card{width:min(32rem,100%);margin-top:8vh;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:2rem}
h1{margin:0 0 .75rem;font-size:1.35rem;overflow-wrap:anywhere}p{margin:.5rem 0;color:var(--soft)}
button,.button{display:block;width:100%;margin-top:1rem;padding:.75rem;border:0;border-radius:8px;background:var(--act);color:var(--on);font:600 1rem system-ui,sans-serif;text-align:center;text-decoration:none;cursor:pointer}
button:focus-visible,.button:focus-visible,textarea:focus-visible,input:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
textarea{width:100%;min-height:6rem;margin-top:.25rem;padding:.5rem;border:1px solid var(--line);border-radius:8px;background:var(--page);color:var(--ink);font:inherit}
input[type=file]{width:100%;margin-top:1rem;color:var(--ink)}.bad{color:var(--bad)}
#pages{display:grid;gap:1rem;width:min(60rem,100%)}#pages img{width:100%;height:auto;background:#fff;border:1px solid var(--line);border-radius:4px}
@media print{.no-print main,.no-print header{display:none}}
</style></head><body>
<header id="bar" hidden><strong id="bar-name"></strong><span class="label" id="bar-label"></span><span id="bar-user"></span></header>
<main>
<section class="card" id="waiting"><h1>Opening</h1><p role="status">One moment.</p></section>
<section class="card" id="choose" hidden><h1>Open a protected file</h1><p>Choose a file that ends in <code>.tdf</code> or <code>.tdf.html</code>. It is not stored here.</p><input id="file" type="file" aria-label="Protected file" accept=".tdf,.html"></section>
<section class="card" id="sign-in" hidden><h1>Sign in to open this file</h1><p>Who you are decides what you may do with it.</p><p class="bad" id="sign-in-note" role="alert"></p><a class="button" href="/sign-in">Sign in</a></section>
<section class="card" id="denied" hidden><h1>You cannot open this file</h1><p id="denied-why"></p>
<form id="request"><label>Why do you need it?<textarea id="why" maxlength="1000" required></textarea></label><p class="bad" id="request-note" role="alert"></p><button>Request access</button></form>
<p id="requested" role="status" hidden>Your request has been sent. The file opens for you once it is granted.</p></section>
<section class="card" id="export" hidden><h1>Ready</h1><p>Checked and decrypted in this browser. A copy you save is no longer protected and cannot be recalled.</p><button id="save" type="button">Save the file</button></section>
<section class="card" id="broken" hidden><h1>This file cannot be opened</h1><p id="broken-why"></p></section>
<section id="pages" hidden aria-label="Pages"></section>
</main><script src="/viewer.js" defer></script></body></html>
`;
