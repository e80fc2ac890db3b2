// The page behind the links of alert e-mails. Opening it changes nothing: mail scanners open every link they see. It needs
// no sign-in, so it says nothing that the mail's subject line does not say, and no user or file.
import { escapeHtml, plainLine } from '@gatehouse/alerting/plain-line';
import { alertLink } from '@gatehouse/contracts/queries';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import { Problem } from './problem.ts';
import { ask } from './service.client.ts';

type Answer = z.output<typeof alertLink.output>;
type Shown = Exclude<Answer, { type: 'refused' }>;
type Page = { readonly status: number; readonly title: string; readonly body: string };

const path = '/alert-link';

const safe = (text: string) => escapeHtml(plainLine(text));

const refusals: Readonly<Record<Extract<Answer, { type: 'refused' }>['cause'], string>> = {
  invalid: 'This link is not valid. Open the alert in the portal instead.',
  expired: 'This link has expired: links in alert e-mails work for seven days. Open the alert in the portal instead.',
  closed: 'This alert is closed already. Nothing was changed.',
  gone: 'This alert no longer exists.',
};

const titles: Readonly<Record<Shown['action'], string>> = {
  acknowledge: 'Acknowledge this alert?',
  snooze: 'Snooze this alert?',
  unsubscribe: 'Stop alert e-mails?',
};

const outcomes: Readonly<Record<Shown['action'], string>> = {
  acknowledge: 'Acknowledged',
  snooze: 'Snoozed',
  unsubscribe: 'Alert e-mails stopped',
};

function about({ action, policyName, severity, recipient }: Shown): string {
  if (action === 'unsubscribe') {
    return `<p>No alert and no digest will be mailed to <b>${safe(recipient)}</b> any more. An operator can turn them on again in the portal; other recipients still get theirs.</p>`;
  }
  return `<p>Policy <b>${safe(policyName ?? '')}</b>, severity ${safe(severity ?? '')}.</p>`;
}

const hours = [
  [1, '1 hour'],
  [4, '4 hours'],
  [24, '1 day'],
  [168, '1 week'],
] as const;

function form(shown: Shown, token: string): Page {
  const options = hours.map(
    ([value, label]) => `<option value="${value}"${value === 4 ? ' selected' : ''}>${label}</option>`,
  );
  const length =
    shown.action === 'snooze' ? `<p><label>For <select name="hours">${options.join('')}</select></label></p>` : '';
  const button = { acknowledge: 'Acknowledge', snooze: 'Snooze', unsubscribe: 'Stop e-mails' }[shown.action];
  return {
    status: 200,
    title: titles[shown.action],
    body: `${about(shown)}<form method="post" action="${path}"><input type="hidden" name="token" value="${escapeHtml(token)}">${length}<button>${button}</button></form>`,
  };
}

function pageOf(answer: Answer, token: string): Page {
  switch (answer.type) {
    case 'refused':
      return { status: 403, title: 'Nothing was changed', body: `<p>${refusals[answer.cause]}</p>` };
    case 'form':
      return form(answer, token);
    case 'done':
      return { status: 200, title: outcomes[answer.action], body: about(answer) };
  }
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:36rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.5rem;line-height:1.25}b{overflow-wrap:anywhere}button,select{font:inherit;padding:.5rem 1rem;border-radius:.375rem}
button{border:0;background:#1864ab;color:#fff;cursor:pointer}button:focus-visible,select:focus-visible,a:focus-visible{outline:3px solid #4dabf7;outline-offset:2px}
a{color:LinkText}`;

function send(response: Response, { status, title, body }: Page): void {
  response.status(status).set({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' }).type('text/html');
  response.send(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} – Gatehouse</title>
<meta name="viewport" content="width=device-width"><style nonce="${String(response.locals.nonce)}">${style}</style></head>
<body><main><h1>${title}</h1>${body}<p><a href="/alerts">Open the portal</a></p></main></body></html>`);
}

const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2_000) : '');

async function answer(messaging: Messaging, request: Request, response: Response, act: boolean): Promise<void> {
  const fields = (act ? request.body : request.query) as Record<string, unknown> | undefined;
  // One-click unsubscribing (RFC 8058) posts to the link itself: the token stands in the address.
  const token = text(fields?.token) || text(request.query.token);
  const length = Number(text(fields?.hours));
  const asked = Number.isInteger(length) && length >= 1 && length <= 168 ? { hours: length } : {};
  try {
    send(response, pageOf(await ask(messaging, 'alert-notifier', alertLink, { token, act, ...asked }), token));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const body = '<p>Nothing was changed: the alert service does not answer. Try again in a minute.</p>';
    send(response, { status: error.status, title: 'Try again soon', body });
  }
}

/** GET shows the form, POST acts. The signed token alone is the right: no cookie is read. */
export function serveAlertLinks(app: Express, messaging: Messaging): void {
  app.get(path, (request, response, next) => answer(messaging, request, response, false).catch(next));
  app.post(path, (request, response, next) => answer(messaging, request, response, true).catch(next));
}
