import { expect, it } from 'vitest';
import { type Page, pageHeaders, renderPage } from '../src/pages/page.ts';
import { chooseLanguage, languages, texts } from '../src/pages/texts.ts';

const page = (changes: Partial<Page> = {}): Page => ({
  ...{ status: 403, language: 'en', title: 'T', message: 'M', reference: 'GH-0000-0000', time: 'now' },
  ...changes,
});

it('escapes whatever it is given', () => {
  const hostile = `"><script>alert('x')</script>&`;
  const html = renderPage(
    page({
      ...{ title: hostile, message: hostile, next: hostile, reference: hostile, time: hostile, contact: hostile },
      file: { url: `/x${hostile}`, name: hostile },
    }),
  );
  expect(html).not.toContain('<script');
  expect(html).not.toContain(`alert('`);
  expect(html).toContain('&#60;script&#62;');
});

it('allows no script and no foreign frame', () => {
  const policy = pageHeaders[pageHeaders.indexOf('content-security-policy') + 1];
  expect(policy).toContain(`default-src 'none'`);
  expect(policy).toContain(`frame-ancestors 'self'`);
  expect(policy).not.toContain('unsafe');
});

it.each(languages)('says everything in %s', (language) => {
  expect(Object.keys(texts[language])).toEqual(Object.keys(texts.en));
  for (const text of Object.values(texts[language])) expect(text).not.toBe('');
  expect(renderPage(page({ language }))).toContain(`<html lang="${language}">`);
});

it.each([
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['ja, es;q=0.5, fr;q=0.7', 'fr'],
  ['ja', 'en'],
  [undefined, 'en'],
])('answers %s in %s', (header, language) => expect(chooseLanguage(header)).toBe(language));
