// A form that submits itself, and has a button where there is no script. The fragment goes with it.
import type { Visit } from '../visit.ts';
import { escapeHtml, sendPage } from './page.ts';
import { wordingOf } from './wording.ts';

export function sendForm(
  { response, language, catalogue }: Pick<Visit, 'response' | 'language' | 'catalogue'>,
  to: string,
  values: Readonly<Record<string, string>>,
): void {
  const fields = Object.entries(values).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const title = wordingOf(language).onwards;
  sendPage(response, 200, {
    language,
    organisation: catalogue.settings.organisation,
    title,
    head: '<script src="/assets/carry.js" data-submit="yes"></script>',
    body: `<form method="post" action="${escapeHtml(to)}">${fields.join('')}<button type="submit">${escapeHtml(title)}</button></form>`,
  });
}
