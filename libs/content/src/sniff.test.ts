import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { cfb } from './cfb-fixture.ts';
import { sniff, typeMismatch } from './sniff.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const office = (folder: string) =>
  zipSync({
    '[Content_Types].xml': ascii('<Types/>'),
    '_rels/.rels': ascii('<r/>'),
    [`${folder}/document.xml`]: ascii('<d/>'),
  });
const pe = () => {
  const bytes = new Uint8Array(256);
  bytes.set(ascii('MZ'));
  bytes[60] = 128;
  bytes.set(ascii('PE\0\0'), 128);
  return bytes;
};

describe('sniff', () => {
  it.each([
    ['a docx', office('word'), 'docx', 'document'],
    ['an xlsx', office('xl'), 'xlsx', 'spreadsheet'],
    ['a pptx', office('ppt'), 'pptx', 'presentation'],
    ['a zip', zipSync({ 'a.txt': ascii('x') }), 'zip', 'archive'],
    [
      'an odt',
      zipSync({ mimetype: [ascii('application/vnd.oasis.opendocument.text'), { level: 0 }] }),
      'odt',
      'document',
    ],
    ['an xls', cfb(['Workbook']), 'xls', 'spreadsheet'],
    ['a doc', cfb(['WordDocument', '1Table']), 'doc', 'document'],
    ['a ppt', cfb(['PowerPoint Document']), 'ppt', 'presentation'],
    ['an encrypted docx', cfb(['EncryptionInfo', 'EncryptedPackage']), 'encryptedOffice', 'document'],
    ['a msg', cfb(['__properties_version1.0']), 'msg', 'document'],
    ['a pdf', ascii('%PDF-1.7\n'), 'pdf', 'document'],
    ['a pdf behind junk', ascii('junk\n%PDF-1.7\n'), 'pdf', 'document'],
    ['rtf', ascii('{\\rtf1\\ansi x}'), 'rtf', 'document'],
    ['png', ascii('\x89PNG\r\n\x1a\n'), 'png', 'image'],
    ['jpeg', ascii('\xff\xd8\xff\xe0'), 'jpeg', 'image'],
    ['gif', ascii('GIF89a..'), 'gif', 'image'],
    ['webp', ascii('RIFF....WEBPVP8 '), 'webp', 'image'],
    ['an exe', pe(), 'pe', 'executable'],
    ['elf', ascii('\x7fELF\x02'), 'elf', 'executable'],
    ['html', ascii('\n<!doctype html><p>x'), 'html', 'text'],
    ['xml', ascii('<?xml version="1.0"?><a/>'), 'xml', 'text'],
    ['json', ascii('{"a": 1}'), 'json', 'text'],
    ['csv', ascii('a,b,c\n1,2,3\n4,5,6\n'), 'csv', 'text'],
    ['text', ascii('Hello, world.\nSecond line, too.\n'), 'text', 'text'],
    ['UTF-16 text', Uint8Array.from([255, 254, 72, 0, 105, 0]), 'text', 'text'],
    ['binary', Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]), 'unknown', 'other'],
    ['nothing', new Uint8Array(), 'empty', 'other'],
  ])('knows %s', (_, bytes, id, kind) => {
    expect(sniff(bytes)).toMatchObject({ id, kind });
  });

  it('gives MIME type and extensions', () => {
    expect(sniff(cfb(['Workbook']))).toMatchObject({ mime: 'application/vnd.ms-excel', extensions: ['xls'] });
  });

  it('finds names when the CFB directory lies beyond the bytes at hand', () => {
    const bytes = cfb(['Workbook']);
    bytes[48] = 0xff;
    expect(sniff(bytes).id).toBe('xls');
  });
});

describe('typeMismatch', () => {
  it.each([
    ['b.jpg', cfb(['Workbook']), true],
    ['a.xls', cfb(['Workbook']), false],
    ['A.XLS', cfb(['Workbook']), false],
    ['a.txt', ascii('plain words'), false],
    ['a.csv', ascii('plain words'), false],
    ['a.docx', office('word'), false],
    ['a.docm', office('word'), false],
    ['a.docx', cfb(['EncryptedPackage']), false],
    ['a.zip', office('word'), true],
    ['a.pdf', ascii('plain words'), true],
    ['a.png', ascii('\xff\xd8\xff\xe0'), true],
    ['a.qqq', cfb(['Workbook']), false],
    ['noextension', cfb(['Workbook']), false],
  ])('%s', (name, bytes, expected) => {
    expect(typeMismatch(name, sniff(bytes, name))).toBe(expected);
  });
});
