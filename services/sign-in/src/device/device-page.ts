// "Is this a managed device?": yes or no, and why, in words for the user.
import { escapeHtml, sendPage } from '../pages/page.ts';
import type { Visit } from '../visit.ts';
import { deviceWordsOf, whyNot } from './device-words.ts';
import type { DeviceProof } from './proof.ts';

/** Without a proof the page offers the check. */
export function sendDevicePage({ response, language, catalogue }: Visit, proof: DeviceProof | undefined): void {
  const words = deviceWordsOf(language);
  const { organisation } = catalogue.settings;
  const body: string[] = [];
  if (proof === undefined) body.push(`<p>${escapeHtml(words.explain)}</p>`);
  else if (proof.type === 'valid') {
    const rows = [
      [words.issuedBy, proof.authority],
      [words.validUntil, proof.certificate.notAfter.slice(0, 10)],
    ].map(([term = '', value = '']) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd>`);
    body.push(`<p role="status">${escapeHtml(words.yes)}</p><dl>${rows.join('')}</dl>`);
  } else {
    body.push(`<p role="status">${escapeHtml(whyNot(language, proof))}</p>`);
    if (proof.type === 'refused')
      body.push(`<dl><dt>${escapeHtml(words.code)}</dt><dd><code>${proof.reason}</code></dd></dl>`);
  }
  if (proof?.type !== 'plainHttp') {
    const label = proof === undefined ? words.check : words.again;
    body.push(`<p class="soft">${escapeHtml(words.prompt)}</p>`);
    body.push(`<a class="button" href="/device/check">${escapeHtml(label)}</a>`);
  }
  const title = proof === undefined ? words.title : proof.type === 'valid' ? words.yesTitle : words.noTitle;
  sendPage(response, 200, { language, organisation, title, body: body.join('\n') });
}
