import { demoCode, devices, people } from './people.ts';

const style = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6472;--card:#fff;--ground:#eef1f6;--line:#d5dae3;--accent:#5b3df5}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf2;--soft:#9aa4b5;--card:#1b2130;--ground:#10141d;--line:#323b4e;--accent:#9d8bff}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:min(24rem,calc(100% - 2rem));background:var(--card);border:1px solid var(--line);border-radius:16px;padding:2rem}
h1{font-size:1.35rem;margin:0 0 .25rem}p{margin:0 0 1.25rem;color:var(--soft)}label{display:block;margin:0 0 1rem;font-weight:600;font-size:.9rem}
input,select{display:block;width:100%;margin-top:.35rem;padding:.6rem .7rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:8px}
select option{background:var(--card)}
button{width:100%;padding:.7rem;font:inherit;font-weight:600;color:#fff;background:#5b3df5;border:0;border-radius:8px;cursor:pointer}
button.plain{margin-top:.6rem;background:transparent;color:inherit;border:1px solid var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}.error{color:#c22;font-weight:600}small{display:block;margin-top:1rem;color:var(--soft)}
@media(prefers-color-scheme:dark){.error{color:#ff8b8b}}`;

/** The form of the demo identity provider: `login`, `password` and `device`. */
export function loginPage(action: string, failed: boolean): string {
  const options = devices.map(({ value, label }) => `<option value="${value}">${label}</option>`).join('');
  const known = people.map(({ email }) => `<option value="${email}"></option>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Sign in – Acme identity</title><style>${style}</style></head><body><main>
<h1>Acme identity</h1><p>Sign in with your work account</p>${failed ? '<p class="error" role="alert">Wrong user name or password.</p>' : ''}
<form method="post" action="${escapeHtml(action)}">
<label>E-mail<input name="login" type="email" required autofocus autocomplete="username" list="people"></label><datalist id="people">${known}</datalist>
<label>Password<input name="password" type="password" required autocomplete="current-password"></label>
<label>This device<select name="device">${options}</select></label>
<button type="submit">Sign in</button></form><small>Demonstration only. The password is “demo”.</small></main></body></html>`;
}

/** The second step: `second` is `code` with the `code`, or `skip` for a sign-in that stays weak. */
export function secondStepPage(action: string, failed: boolean): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Second step – Acme identity</title><style>${style}</style></head><body><main>
<h1>Acme identity</h1><p>Enter the code of your authenticator</p>${failed ? '<p class="error" role="alert">This code is not right.</p>' : ''}
<form method="post" action="${escapeHtml(action)}">
<label>Code<input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label>
<button type="submit" name="second" value="code">Confirm</button>
<button type="submit" name="second" value="skip" class="plain" formnovalidate>Continue without a code</button></form>
<small>Demonstration only. The code is “${demoCode}”; without it the sign-in stays weak.</small></main></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
