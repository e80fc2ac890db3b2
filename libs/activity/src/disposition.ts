// Content-Disposition read the way browsers read it: leniently, since anything they save is a download.

export type Disposition = {
  /** `attachment` also for unknown words (RFC 6266 §4.2). */
  readonly type: 'inline' | 'attachment' | 'none';
  readonly fileName: string | undefined;
  /** The value is not what the grammar allows. */
  readonly irregular: boolean;
};

const asBytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

const decode = (bytes: Uint8Array, charset: string): string => {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('utf-8').decode(bytes);
  }
};

const percentBytes = (text: string) =>
  asBytes(text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));

/** `UTF-8''Q3%20plan.xls` (RFC 8187). */
const extended = (value: string): string | undefined => {
  const found = /^"?([\w-]*)'[^']*'(.*?)"?$/s.exec(value);
  return found ? decode(percentBytes(found[2] ?? ''), found[1] || 'utf-8') : undefined;
};

/** `=?UTF-8?B?…?=` (RFC 2047), which some servers send although HTTP does not have it. */
const encodedWords = (value: string): string =>
  value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?([\w-]+)\?([bq])\?([^?]*)\?=/gi, (whole, charset: string, kind: string, text: string) => {
      if (/q/i.test(kind)) {
        const percent = text
          .replaceAll('%', '%25')
          .replaceAll('_', ' ')
          .replace(/=([0-9a-f]{2})/gi, '%$1');
        return decode(percentBytes(percent), charset);
      }
      try {
        return decode(asBytes(atob(text)), charset);
      } catch {
        return whole;
      }
    });

/** Header values arrive as latin1; raw UTF-8 in them is read as such if it is valid. */
const rawUtf8 = (value: string): string => {
  if (!/[\x80-\xff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(asBytes(value));
  } catch {
    return value;
  }
};

const plain = (value: string): string => {
  const words = encodedWords(rawUtf8(value));
  if (!/%[0-9a-f]{2}/i.test(words)) return words;
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
};

const parameter = /;\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/gs;

const parameters = (value: string): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of `;${value}`.matchAll(parameter)) {
    const key = name.toLowerCase();
    const text = quoted === undefined ? bare.trim() : quoted.replace(/\\(["\\])/g, '$1');
    if (!found.has(key)) found.set(key, text);
  }
  return found;
};

/** `filename*0*=…; filename*1=…` (RFC 2231 continuations). */
const continued = (found: ReadonlyMap<string, string>): string | undefined => {
  let text = '';
  for (let part = 0; part < 100; part += 1) {
    const piece = found.get(`filename*${part}*`) ?? found.get(`filename*${part}`);
    if (piece === undefined) break;
    text += piece;
  }
  if (text === '') return undefined;
  return extended(text) ?? plain(text);
};

const nameFrom = (found: ReadonlyMap<string, string>): string | undefined => {
  const star = found.get('filename*');
  const name = (star && extended(star)) || continued(found) || found.get('filename') || found.get('name');
  if (name === undefined || name === '') return undefined;
  return star && extended(star) === name ? name : plain(name);
};

/** Reads all Content-Disposition lines of an answer together; one that asks for saving is enough. */
export const readDisposition = (lines: readonly string[]): Disposition => {
  let type: Disposition['type'] = 'none';
  let fileName: string | undefined;
  let irregular = lines.length > 1;
  for (const line of lines) {
    const word = /^[\s"']*([^\s;"'=,]*)/.exec(line)?.[1]?.toLowerCase() ?? '';
    const anywhere = /(?:^|[;,\s"'])attachment(?:$|[;,\s"'])/i.test(line.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
    if (/^[\s;]*filename\s*\*?\s*=/i.test(line)) irregular = true;
    else if (word === 'inline' && !anywhere) type = type === 'none' ? 'inline' : type;
    else if (word !== '' || anywhere) type = 'attachment';
    if (!/^\s*(?:inline|attachment)\s*(?:;|$)/i.test(line)) irregular = true;
    fileName ??= nameFrom(parameters(line.replace(/^[^;=]*(?=;)/, '')));
  }
  return { type, fileName, irregular };
};
