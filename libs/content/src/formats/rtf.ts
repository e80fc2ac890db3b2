// RTF 1.9.1: groups, \'hh, \u with \uc, \bin; destinations marked \* and pictures are skipped except field codes.
import { latin1 } from '../bytes.ts';
import type { Format } from '../format.ts';

const skipped = new Set(
  'fonttbl colortbl stylesheet pict themedata datastore latentstyles listtable rsidtbl'.split(' '),
);
const starTexts = new Set(['fldinst', 'annotation', 'atnauthor', 'company', 'shptxt', 'docvar', 'userprops']);
const breaks = new Set('par line row sect page cell tab'.split(' '));
const charsets: Readonly<Record<number, string>> = {
  1250: 'windows-1250',
  1251: 'windows-1251',
  932: 'shift_jis',
  936: 'gbk',
};

export const rtf: Format = {
  id: 'rtf',
  handles: (sniffed) => sniffed.id === 'rtf',
  async read(source, job) {
    job.emit({ place: source.place, text: rtfText(latin1(source.bytes)) });
    return { status: 'complete' };
  },
};

const token = /\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+/g;

type Group = { readonly skip: boolean; readonly uc: number };
type Reader = { out: string[]; stack: Group[]; group: Group; star: boolean; fallback: number; decoder: TextDecoder };

/** Text of an RTF document given as one character per byte. */
export function rtfText(source: string): string {
  const reader: Reader = {
    out: [],
    stack: [],
    group: { skip: false, uc: 1 },
    star: false,
    fallback: 0,
    decoder: new TextDecoder('windows-1252'),
  };
  const pattern = new RegExp(token.source, token.flags);
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    const [, hex, name, value, symbol, brace, text] = match;
    if (name === 'bin') pattern.lastIndex += Math.max(0, Number(value ?? 0));
    else if (name !== undefined) readWord(reader, name, Number(value ?? 1));
    else if (brace === '{') reader.stack.push(reader.group);
    else if (brace === '}') reader.group = reader.stack.pop() ?? reader.group;
    else if (symbol === '*') reader.star = true;
    else if (symbol !== undefined) put(reader, symbols[symbol] ?? symbol);
    else if (hex !== undefined) putHex(reader, hex);
    else if (text !== undefined) {
      put(reader, text.slice(reader.fallback));
      reader.fallback = Math.max(0, reader.fallback - text.length);
    }
  }
  return reader.out.join('');
}

function put(reader: Reader, text: string): void {
  if (!reader.group.skip) reader.out.push(text);
}

function putHex(reader: Reader, hex: string): void {
  if (reader.fallback > 0) reader.fallback--;
  else put(reader, reader.decoder.decode(Uint8Array.of(Number.parseInt(hex, 16))));
}

function readWord(reader: Reader, name: string, value: number): void {
  if (skipped.has(name) || (reader.star && !starTexts.has(name))) reader.group = { ...reader.group, skip: true };
  reader.star = false;
  if (name === 'ansicpg') reader.decoder = new TextDecoder(charsets[value] ?? 'windows-1252');
  else if (name === 'uc') reader.group = { ...reader.group, uc: Math.min(Math.max(value, 0), 9) };
  else if (name === 'u') {
    put(reader, String.fromCharCode(value & 0xffff));
    reader.fallback = reader.group.uc;
  } else if (breaks.has(name)) put(reader, name === 'tab' || name === 'cell' ? '\t' : '\n');
  else if (name === 'emdash' || name === 'endash') put(reader, '-');
}

const symbols: Readonly<Record<string, string>> = { '~': ' ', _: '-', '-': '', '\n': '\n', '\r': '\n' };
