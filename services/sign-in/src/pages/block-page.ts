import type { Settings } from '@gatehouse/contracts/catalogue';
import type { Response } from 'express';
import { escapeHtml, sendPage } from './page.ts';
import { fill, type Language, wordingOf } from './wording.ts';

export type Refusal = {
  readonly language: Language;
  readonly settings: Pick<Settings, 'organisation' | 'supportContact'>;
  readonly title: string;
  readonly message: string;
  readonly remedy?: string;
  /** The one way on. */
  readonly link?: { readonly to: string; readonly text: string };
  readonly referenceId?: string;
  readonly time?: number;
};

/** The page of every refusal: why in one sentence, the next step, time and reference. */
export function sendRefusal(response: Response, status: number, refusal: Refusal): void {
  const words = wordingOf(refusal.language);
  const { organisation, supportContact } = refusal.settings;
  const steps = [
    refusal.remedy,
    supportContact && refusal.referenceId && fill(words.contact, { contact: supportContact }),
  ];
  const nextSteps = steps.filter(Boolean).map((step) => `<p>${escapeHtml(String(step))}</p>`);
  const body = [
    `<p role="alert">${escapeHtml(refusal.message)}</p>`,
    nextSteps.length ? `<h2>${escapeHtml(words.nextStep)}</h2>${nextSteps.join('')}` : '',
    refusal.link ? `<a class="button" href="${escapeHtml(refusal.link.to)}">${escapeHtml(refusal.link.text)}</a>` : '',
    details(refusal),
  ];
  sendPage(response, status, { language: refusal.language, title: refusal.title, organisation, body: body.join('\n') });
}

function details({ language, referenceId, time }: Refusal): string {
  if (!referenceId) return '';
  const words = wordingOf(language);
  const at = new Date(time ?? 0).toISOString();
  const shown = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
  return `<dl><dt>${escapeHtml(words.reference)}</dt><dd><code>${escapeHtml(referenceId)}</code></dd>
<dt>${escapeHtml(words.time)}</dt><dd><time datetime="${at}">${shown}</time></dd></dl>`;
}
