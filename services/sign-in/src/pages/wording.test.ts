import { expect, test } from 'vitest';
import { render } from './page.ts';
import { fill, languageOf } from './wording.ts';

test.each([
  [undefined, 'en'],
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['pt,fr;q=0.5,es;q=0.7', 'es'],
  ['de;q=0,fr', 'fr'],
  ['zh', 'en'],
])('%s is %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

test('placeholders are filled once, unknown ones stay', () => {
  expect(fill('{appName} {file} {toString}', { appName: '{userName}', userName: 'x' })).toBe(
    '{userName} {file} {toString}',
  );
});

test('titles are escaped', () => {
  const html = render({ language: 'en', title: '<b>"&', body: '', organisation: "<i>'" });
  expect(html).toContain('&lt;b&gt;&quot;&amp;');
  expect(html).not.toContain('<i>');
});
