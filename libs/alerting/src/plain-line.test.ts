import { expect, test } from 'vitest';
import { escapeHtml, plainLine } from './plain-line.ts';

test.each([
  ['a\r\nBcc: all@example.com', 'a Bcc: all@example.com'],
  ['photo\u202Egpj.exe', 'photo gpj.exe'],
  ['tab\tnul\0para\u2029graph', 'tab nul para graph'],
  ['  Größe – 表.xlsx ', 'Größe – 表.xlsx'],
])('%j becomes %j', (text, line) => {
  expect(plainLine(text)).toBe(line);
});

test('long text is cut by characters, not inside one', () => {
  expect(plainLine('😀😀😀😀', 3)).toBe('😀😀…');
});

test('HTML is escaped, attributes too', () => {
  expect(escapeHtml(`<a href="x" b='y'>&`)).toBe('&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;');
});
