// How a refused download is answered: by whom it was asked for, under what name, with what text.
import { field, type HeaderFields, requestKind } from './request-kind.ts';

export type Delivery = 'navigation' | 'aDownload' | 'plainClient' | 'fetch';

/** Who receives the answer; frames count as navigations, sub-resources as fetches. */
export const delivery = (method: string, requestHeaders: HeaderFields): Delivery => {
  const kind = requestKind(method, requestHeaders);
  if (kind === 'frame') return 'navigation';
  return kind === 'subresource' ? 'fetch' : kind;
};

/** Whether a refused fetch gets problem+json instead of the text file. */
export const acceptsJson = (requestHeaders: HeaderFields): boolean =>
  /\bapplication\/(?:[\w.-]+\+)?json\b/i.test(field(requestHeaders, 'accept') ?? '');

/** Cuts at whole code points; `limit` in UTF-8 bytes. */
const cut = (text: string, limit: number): string => {
  let bytes = 0;
  let out = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > limit) break;
    out += character;
  }
  return out;
};

/** A name safe for any file system: last path part, no control, bidi or invisible characters, no reserved ones. */
export const safeFileName = (name: string): string => {
  const last = name.toWellFormed().split(/[\\/]/).at(-1) ?? '';
  const visible = last.normalize('NFC').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\ufeff]|\u034f/gu, '');
  const plain = visible.replace(/[<>:"|?*]/g, '_').replace(/^[\s.]+|[\s.]+$/g, '');
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain) ? `_${plain}` : plain;
};

/** Name of the text file that replaces a refused download: `Q3.xls` → `Q3.xls.txt`, unnamed → `download.txt`. */
export const blockedFileName = (name: string | undefined): string => {
  const safe = cut(safeFileName(name ?? ''), 240);
  return safe === '' ? 'download.txt' : `${safe}.txt`;
};

/** `attachment` with an ASCII `filename` and, where that says less, the exact `filename*` (RFC 6266, RFC 8187). */
export const contentDisposition = (name: string): string => {
  const wellFormed = name.toWellFormed();
  const ascii = wellFormed.replace(/[^\x20-\x7e]/g, '_').replace(/[%"\\]/g, '_');
  const encoded = encodeURIComponent(wellFormed).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
};

export type MessageFields = {
  readonly appName?: string | undefined;
  readonly fileName?: string | undefined;
  readonly policyName?: string | undefined;
  readonly reference?: string | undefined;
  readonly userName?: string | undefined;
};

const whenUnknown: Required<{ [Key in keyof MessageFields]: string }> = {
  appName: 'this app',
  fileName: 'this file',
  policyName: '',
  reference: '',
  userName: '',
};

const isField = (name: string): name is keyof MessageFields => Object.hasOwn(whenUnknown, name);

/** Fills `{appName}`, `{fileName}`, `{policyName}`, `{reference}`, `{userName}` once; values are not filled again. Plain text. */
export const fillMessage = (template: string, values: MessageFields): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    isField(name) ? (values[name] ?? whenUnknown[name]).replace(/[\p{Cc}\p{Cf}]/gu, '') : whole,
  );

export type TextFileParts = {
  readonly message: string;
  readonly reference: string;
  /** ISO 8601. */
  readonly time: string;
  readonly supportContact?: string | undefined;
};

/** Body of the text file (UTF-8, CRLF so that every editor shows it). */
export const textFile = ({ message, reference, time, supportContact }: TextFileParts): string => {
  const lines = [message, '', `Reference: ${reference}`, `Time: ${time}`];
  if (supportContact) lines.push(`Contact: ${supportContact}`);
  return `${lines.join('\r\n')}\r\n`;
};
