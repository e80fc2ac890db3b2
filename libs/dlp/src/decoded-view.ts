// Values in transport clothes: percent, character references, quoted-printable, \\u escapes, base64 and hex runs.
import { createView, type View } from './view.ts';

const run = '(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,8192}={0,2}';
const wrapped = '(?:[A-Za-z0-9+/]{60,76}\\r?\\n){1,500}[A-Za-z0-9+/]{0,76}={0,2}';
/** Each only joins the search if its trigger is in the text: most texts need none but the runs. */
const transports: readonly (readonly [trigger: string, pattern: string])[] = [
  ['%', '(?:%[0-9A-Fa-f]{2}){1,2000}'],
  ['&#', '&#(?:\\d{1,7}|[xX][0-9A-Fa-f]{1,6});'],
  ['\\u', '\\\\u[0-9A-Fa-f]{4}'],
];
const quotedPrintable = /=[0-9A-F]{2}|=\r?\n/g;

/** `undefined` when nothing in the text decodes to something printable. Characters between stay as they are. */
export function decodedView(text: string): View | undefined {
  const patterns = transports.filter(([trigger]) => text.includes(trigger)).map(([, pattern]) => pattern);
  return replaceTokens(text, new RegExp([...patterns, wrapped, run].join('|'), 'g'));
}

/** Apart from the others, since `ssn=53…` looks just like it. */
export function quotedPrintableView(text: string): View | undefined {
  return /=(?:3D|2D|20|2E|40|C[23]|E2|\r?\n)/.test(text) ? replaceTokens(text, quotedPrintable) : undefined;
}

function replaceTokens(text: string, pattern: RegExp): View | undefined {
  const view = createView(text);
  let kept = 0;
  for (const { 0: token, index } of text.matchAll(pattern)) {
    const plain = decode(token);
    if (plain === undefined || plain === token) continue;
    view.keep(kept, index);
    kept = index + token.length;
    view.put(plain, index, kept);
  }
  if (kept === 0) return undefined;
  view.keep(kept, text.length);
  return view.end();
}

function decode(token: string): string | undefined {
  if (token.startsWith('%')) return utf8(token.slice(1).split('%'));
  if (token.startsWith('&#')) return codePoint(token.slice(2, -1).replace(/^[xX]/, '0x'));
  if (token.startsWith('\\')) return codePoint(`0x${token.slice(2)}`);
  if (token.startsWith('=')) return token.length === 3 && token[1] !== '\n' ? codePoint(`0x${token.slice(1)}`) : '';
  return /^(?:[0-9A-Fa-f]{2}){6,}$/.test(token) ? (utf8(token.match(/../g) ?? []) ?? base64(token)) : base64(token);
}

function codePoint(number: string): string | undefined {
  const code = Number(number);
  return code >= 32 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function utf8(hex: readonly string[]): string | undefined {
  return printable(Uint8Array.from(hex, (pair) => Number.parseInt(pair, 16)));
}

/** Standard and URL alphabets, with or without padding. */
function base64(token: string): string | undefined {
  // Words have no digits and capitals in one; data long enough to hold a value nearly always has.
  if (!/[A-Z]/.test(token) || !/[a-z]/.test(token)) return undefined;
  try {
    const binary = atob(
      token
        .replace(/[\r\n=]/g, '')
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    );
    return printable(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /^[\t\r\n\x20-\x7e\xa0-\uffff]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
