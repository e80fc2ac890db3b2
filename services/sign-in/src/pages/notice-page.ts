import { type Settings, settingsSchema } from '@gatehouse/contracts/catalogue';
import type { Response } from 'express';
import { escapeHtml, sendPage } from './page.ts';
import { fill, type Language, wordingOf } from './wording.ts';

const originals = settingsSchema.parse({}).monitoredNotice;

export type NoticePage = {
  readonly language: Language;
  readonly settings: Settings;
  readonly appName: string;
  readonly userName: string;
  readonly token: string;
  /** Where the tab keeps the fragment. */
  readonly hashKey: string;
};

/** "Your access is monitored": the organisation's own words as written, ours in the user's language. */
export function sendNotice(response: Response, page: NoticePage): void {
  const words = wordingOf(page.language);
  const { monitoredNotice, organisation } = page.settings;
  const values = { appName: page.appName, userName: page.userName };
  const title = monitoredNotice.title === originals.title ? words.noticeTitle : monitoredNotice.title;
  const text = monitoredNotice.text === originals.text ? words.noticeText : monitoredNotice.text;
  sendPage(response, 200, {
    language: page.language,
    organisation,
    title: fill(title, values),
    head: `<script src="/assets/carry.js" data-restore="${escapeHtml(page.hashKey)}"></script>`,
    body: `<p>${escapeHtml(fill(text, values))}</p>
<form method="post" action="/continue"><input type="hidden" name="token" value="${escapeHtml(page.token)}">
<button type="submit">${escapeHtml(fill(words.continue, values))}</button></form>
<p class="soft">${escapeHtml(fill(words.signedInAs, values))}</p>`,
  });
}
