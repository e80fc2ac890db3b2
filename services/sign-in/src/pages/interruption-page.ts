// What a person sees between asking for a file and getting it: why, one thing to do, and then the same download.
import type { Settings } from '@gatehouse/contracts/catalogue';
import type { Response } from 'express';
import { escapeHtml, sendPage } from './page.ts';
import { fill, type Language, wordingOf } from './wording.ts';

export type InterruptionPage = {
  readonly language: Language;
  readonly settings: Pick<Settings, 'organisation'>;
  readonly appName: string;
  readonly fileName: string;
  readonly message: string | undefined;
  readonly flow: string;
  readonly referenceId: string;
};

const carry = '<script src="/assets/carry.js"></script>';
const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
const reference = (language: Language, id: string) =>
  `<dl><dt>${escapeHtml(wordingOf(language).reference)}</dt><dd><code>${escapeHtml(id)}</code></dd></dl>`;

/** "Confirm that it is you": one button to the identity provider. */
export function sendStepUp(response: Response, page: InterruptionPage): void {
  const words = wordingOf(page.language);
  const values = { appName: page.appName, fileName: page.fileName };
  sendPage(response, 200, {
    language: page.language,
    organisation: page.settings.organisation,
    title: words.stepUpTitle,
    head: carry,
    body: `<p class="message">${escapeHtml(page.message ?? fill(words.stepUpText, values))}</p>
<p class="soft">${escapeHtml(fill(words.stepUpNext, values))}</p>
<form method="get" action="/step-up/go">${hidden('flow', page.flow)}<button type="submit" autofocus>${escapeHtml(words.stepUpButton)}</button></form>
${reference(page.language, page.referenceId)}`,
  });
}

export type WarningPage = InterruptionPage & {
  readonly requireJustification: boolean;
  /** What was written before and was too short. */
  readonly tooShort?: string;
};

/** "Before you download": go on, with a reason if one is demanded, or leave it. */
export function sendWarning(response: Response, page: WarningPage): void {
  const words = wordingOf(page.language);
  const values = { appName: page.appName, fileName: page.fileName };
  sendPage(response, page.tooShort === undefined ? 200 : 422, {
    language: page.language,
    organisation: page.settings.organisation,
    title: words.warningTitle,
    head: carry,
    body: `<p class="message">${escapeHtml(page.message ?? fill(words.warningText, values))}</p>
<form method="post" action="/warning">${hidden('flow', page.flow)}${page.requireJustification ? justification(page) : ''}
<button type="submit" name="choice" value="continue">${escapeHtml(fill(words.warningContinue, values))}</button>
<button type="submit" name="choice" value="decline" class="quiet" formnovalidate>${escapeHtml(words.warningDecline)}</button></form>
${reference(page.language, page.referenceId)}`,
  });
}

function justification({ language, tooShort }: WarningPage): string {
  const words = wordingOf(language);
  const error =
    tooShort === undefined
      ? ''
      : `<p class="error" id="too-short" role="alert">${escapeHtml(words.justificationShort)}</p>`;
  const state = tooShort === undefined ? '' : ' aria-invalid="true" aria-describedby="too-short"';
  return `<label>${escapeHtml(words.justification)}<textarea name="justification" rows="3" required minlength="10" maxlength="1000"${state}>${escapeHtml(tooShort ?? '')}</textarea></label>${error}`;
}

export type ResumePage = {
  readonly language: Language;
  readonly organisation: string;
  readonly appName: string;
  readonly fileName: string;
  /** Opens the download. */
  readonly to: string;
  /** The page in the app it was asked for from. */
  readonly back: string;
  /** Where the tab keeps the fragment. */
  readonly restore?: string;
};

/** "Your download starts": a file that is saved leaves this page standing, so it shows the way back. */
export function sendResume(response: Response, page: ResumePage): void {
  const words = wordingOf(page.language);
  const values = { appName: page.appName, fileName: page.fileName };
  const to = escapeHtml(page.to);
  const restore = page.restore ? ` data-restore="${escapeHtml(page.restore)}"` : '';
  sendPage(response, 200, {
    language: page.language,
    organisation: page.organisation,
    title: words.resumeTitle,
    head: `<script src="/assets/carry.js" data-to="${to}"${restore} data-stay="yes"></script><noscript><meta http-equiv="refresh" content="1;url=${to}"></noscript>`,
    body: `<p class="message">${escapeHtml(fill(words.resumeText, values))}</p>
<noscript><a class="button" href="${to}">${escapeHtml(words.resumeButton)}</a></noscript>
<a class="button quiet" href="${escapeHtml(page.back)}">${escapeHtml(fill(words.back, values))}</a>`,
  });
}
