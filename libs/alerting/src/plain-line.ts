// Text from users (file names, policy names) before it goes into a header, a subject or a text message.

/** Control characters, line and paragraph separators, bidi marks: they forge headers or turn words round. */
const unsafe = /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line without control or bidi characters, at most `max` characters, an ellipsis where it was cut. */
export function plainLine(text: string, max = 200): string {
  const line = text.replace(unsafe, ' ').replace(/ {2,}/g, ' ').trim();
  const signs = [...line];
  return signs.length <= max ? line : `${signs.slice(0, max - 1).join('')}…`;
}

/** Text for HTML content and for double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
