// JSON as it stands and, if it escapes characters, once more unescaped. Not parsed: broken JSON is still text.
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';

export const json: Format = {
  id: 'json',
  handles: (sniffed) => sniffed.id === 'json',
  async read(source, job) {
    const text = decodeText(source.bytes);
    job.emit({ place: source.place, text });
    if (text.includes('\\')) job.emitView({ place: source.place, text: unescapeJson(text) });
    return { status: 'complete' };
  },
};

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** RFC 8259 section 7 escapes, outside strings too; unpaired surrogates stay as they are. */
export function unescapeJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
