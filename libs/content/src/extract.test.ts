import { Inflate, strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Limits } from './budget.ts';
import { cfb } from './cfb-fixture.ts';
import { type ExtractOptions, extract } from './extract.ts';

/** Throws on corrupt data like the inflater of the scanner, in slices as well. */
async function* inflate(compressed: Uint8Array): AsyncGenerator<Uint8Array> {
  const slices: Uint8Array[] = [];
  let ended = false;
  const stream = new Inflate((slice, final) => {
    slices.push(slice);
    ended ||= final;
  });
  for (let at = 0; at < compressed.length && !ended; at += 16_384) {
    stream.push(compressed.subarray(at, at + 16_384), at + 16_384 >= compressed.length);
    yield* slices.splice(0);
  }
}

const read = (bytes: Uint8Array, options: Partial<ExtractOptions> & { limits?: Partial<Limits> } = {}) =>
  extract(bytes, { inflate, pdfText: async () => 'corrupt', ...options });
const textOf = async (bytes: Uint8Array, name?: string) => {
  const { outcome, pieces } = await read(bytes, name === undefined ? {} : { name });
  return { outcome, text: pieces.map((piece) => piece.text).join('\n¶\n'), pieces };
};
const types = { '[Content_Types].xml': strToU8('<Types/>'), '_rels/.rels': strToU8('<Relationships/>') };
const docx = (parts: Record<string, string>) =>
  zipSync({ ...types, ...Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])) });
const w = (body: string) => `<?xml version="1.0"?><w:document xmlns:w="x"><w:body>${body}</w:body></w:document>`;

describe('text types', () => {
  it.each([
    ['UTF-8', strToU8('Zoë SSN'), 'Zoë SSN'],
    ['UTF-8 with BOM', Uint8Array.from([0xef, 0xbb, 0xbf, 65]), 'A'],
    ['UTF-16LE with BOM', Uint8Array.from([255, 254, 83, 0, 83, 0, 78, 0]), 'SSN'],
    ['UTF-16BE with BOM', Uint8Array.from([254, 255, 0, 83, 0, 83, 0, 78]), 'SSN'],
    ['UTF-16LE without BOM', Uint8Array.from([83, 0, 83, 0, 78, 0, 32, 0]), 'SSN '],
    ['windows-1252', Uint8Array.from([90, 111, 0xeb]), 'Zoë'],
  ])('%s', async (_, bytes, text) => {
    expect(await read(bytes)).toEqual({ outcome: { status: 'complete' }, pieces: [{ place: '', text }] });
  });

  it('csv gives the rows and each named column with its header', async () => {
    const { pieces } = await textOf(strToU8('name;ssn\n"Doe; Jane";536228745\nRoe;"212""097"\n'), 'a.csv');
    expect(pieces.slice(1)).toEqual([
      { place: 'column A', text: 'Doe; Jane\nRoe', header: 'name' },
      { place: 'column B', text: '536228745\n212"097', header: 'ssn' },
    ]);
  });

  it('json is read once more with escapes resolved', async () => {
    expect((await textOf(strToU8('{"a":"5\\u00336-22\\/8745"}'))).text).toContain('536-22/8745');
  });

  it('html joins inline tags, decodes references, keeps attributes and scripts', async () => {
    const { text } = await textOf(
      strToU8('<html><p>5<b>36</b>-22&#45;8745</p><img alt="a &amp; b"><script>var x="k<1"</script>'),
    );
    expect(text).toContain('536-22-8745');
    expect(text).toContain('a & b');
    expect(text).toContain('var x="k<1"');
  });

  it('rtf resolves \\u and hex escapes and skips tables of fonts', async () => {
    const { text } = await textOf(strToU8("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}SSN \\u53 ?36-22-\\'38745\\par x}"));
    expect(text).toBe('SSN 536-22-8745\nx');
  });
});

describe('office packages', () => {
  it('docx joins runs with nothing and breaks at paragraphs', async () => {
    const runs =
      '<w:p><w:r><w:t>536-</w:t></w:r><w:r><w:t>22-8745</w:t></w:r></w:p><w:p><w:r><w:delText>gone</w:delText></w:r></w:p>';
    const { outcome, pieces } = await textOf(docx({ 'word/document.xml': w(runs) }));
    expect(outcome).toEqual({ status: 'complete' });
    expect(pieces.find((piece) => piece.place === 'word/document.xml')?.text).toBe('536-22-8745\ngone\n');
  });

  it('docx reads headers, footers, comments, notes, properties, alt texts and inner files', async () => {
    const inner = docx({ 'word/document.xml': w('<w:p><w:t>inner-words</w:t></w:p>') });
    const parts: Zippable = {
      ...types,
      'word/document.xml': strToU8(w('<w:p><wp:docPr id="1" descr="alt &lt;words&gt;"/></w:p>')),
      'word/header1.xml': strToU8(w('<w:p><w:t>header-words</w:t></w:p>')),
      'word/footer2.xml': strToU8(w('<w:p><w:t>footer-words</w:t></w:p>')),
      'word/comments.xml': strToU8(w('<w:p><w:t>comment-words</w:t></w:p>')),
      'word/footnotes.xml': strToU8(w('<w:p><w:t>note-words</w:t></w:p>')),
      'docProps/core.xml': strToU8('<cp><dc:title>title-words</dc:title><dc:creator>Jane</dc:creator></cp>'),
      'docProps/custom.xml': strToU8('<P><property name="x"><vt:lpwstr>custom-words</vt:lpwstr></property></P>'),
      'word/_rels/document.xml.rels': strToU8('<R><Relationship Target="https://acme.example/link-words"/></R>'),
      'word/embeddings/a.docx': inner,
      'word/afchunk.html': strToU8('<html><p>chunk-words</p>'),
      'word/media/a.png': Uint8Array.from([1, 2, 3]),
    };
    const { outcome, text, pieces } = await textOf(zipSync(parts));
    expect(outcome).toEqual({ status: 'complete' });
    for (const kind of [
      'alt <',
      'header-',
      'footer-',
      'comment-',
      'note-',
      'title-',
      'custom-',
      'link-',
      'inner-',
      'chunk-',
    ])
      expect(text).toContain(`${kind}words`);
    expect(pieces.map((piece) => piece.place)).toContain('word/embeddings/a.docx/word/document.xml');
  });

  it('is not fooled by part names', async () => {
    const runs = w('<w:p><w:r><w:t>536-</w:t></w:r><w:r><w:t>22-8745</w:t></w:r></w:p>');
    const parts = ['word/theme/theme1.xml', 'word/document.bin', 'word/media/a.png', 'word/styles.xml'];
    for (const name of parts)
      expect((await textOf(docx({ 'word/x.xml': '<x/>', [name]: runs }))).text).toContain('536-22-8745');
  });

  it('refuses a document type declaration', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa">]>${w('<w:p><w:t>&a;</w:t></w:p>')}`;
    const { outcome } = await textOf(docx({ 'word/document.xml': bomb }));
    expect(outcome).toEqual({ status: 'corrupt', where: 'document type declaration' });
  });

  it('pptx reads slides and notes', async () => {
    const slide = (words: string) => `<p:sld><a:p><a:r><a:t>${words}</a:t></a:r></a:p></p:sld>`;
    const { text } = await textOf(
      docx({ 'ppt/slides/slide1.xml': slide('on slide'), 'ppt/notesSlides/notesSlide1.xml': slide('in notes') }),
    );
    expect(text).toContain('on slide');
    expect(text).toContain('in notes');
  });

  it('xlsx resolves shared strings, inline strings, exponents and headers', async () => {
    const sheet =
      '<worksheet><sheetData>' +
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row>' +
      '<row r="2"/><row r="3"><c r="A3" s="1"/><c r="B3"><v>536228745</v></c><c r="C3" t="inlineStr"><is><t>in</t><t>line</t></is></c>' +
      '<c r="D3"><v>4.111111111111111E15</v></c></row></sheetData><headerFooter><oddHeader>page-words</oddHeader></headerFooter></worksheet>';
    const strings =
      '<sst><si><t>name</t></si><si/><si><r><t>S</t></r><r><t>SN</t></r></si><si><t>unused</t></si></sst>';
    const { outcome, pieces, text } = await textOf(
      docx({
        'xl/workbook.xml': '<workbook><sheet name="Staff-words"/></workbook>',
        'xl/worksheets/sheet1.xml': sheet,
        'xl/sharedStrings.xml': strings,
      }),
    );
    expect(outcome).toEqual({ status: 'complete' });
    expect(pieces.find((piece) => piece.place === 'sheet1')?.text).toContain(
      'name\tSSN\n\n\t536228745\tinline\t4111111111111111\n',
    );
    expect(pieces).toContainEqual({ place: 'sheet1!B', text: '536228745', header: 'SSN' });
    for (const words of ['page-words', 'Staff-words', 'unused']) expect(text).toContain(words);
  });

  it('odt reads content, styles and meta', async () => {
    const odt = zipSync({
      mimetype: [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }],
      'content.xml': strToU8('<o><text:p>body-<text:span>words</text:span></text:p></o>'),
      'styles.xml': strToU8('<o><text:p>header-words</text:p></o>'),
      'meta.xml': strToU8('<o><dc:title>title-words</dc:title></o>'),
    });
    const { outcome, text } = await textOf(odt);
    expect(outcome).toEqual({ status: 'complete' });
    for (const kind of ['body', 'header', 'title']) expect(text).toContain(`${kind}-words`);
  });
});

describe('zip', () => {
  const nest = (levels: number): Uint8Array =>
    levels === 0 ? strToU8('deep words') : zipSync({ [levels === 1 ? 'a.txt' : 'inner.zip']: nest(levels - 1) });

  it('reads four levels', async () => {
    const { outcome, pieces } = await textOf(nest(4));
    expect(outcome).toEqual({ status: 'complete' });
    expect(pieces).toContainEqual({ place: 'inner.zip/inner.zip/inner.zip/a.txt', text: 'deep words' });
  });

  it('stops at the fifth', async () => {
    expect((await textOf(nest(5))).outcome).toEqual({ status: 'partial', reason: 'tooLarge' });
  });

  it('reads stored entries, duplicates and entry names', async () => {
    const { text } = await textOf(zipSync({ 'SSN 1.txt': [strToU8('stored words'), { level: 0 }] }));
    expect(text).toContain('stored words');
    expect(text).toContain('SSN 1.txt');
  });

  it('tells encrypted entries', async () => {
    const bytes = zipSync({ 'a.txt': strToU8('secret words') });
    for (let at = 0; at < bytes.length - 4; at++) {
      if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b) continue;
      if (bytes[at + 2] === 3) bytes[at + 6] = (bytes[at + 6] ?? 0) | 1;
      if (bytes[at + 2] === 1) bytes[at + 8] = (bytes[at + 8] ?? 0) | 1;
    }
    expect((await textOf(bytes)).outcome).toEqual({ status: 'encrypted', kind: 'zip' });
  });

  it('reads an archive behind a prefix', async () => {
    const plain = zipSync({ 'a.txt': strToU8('hidden words') });
    const bytes = new Uint8Array(plain.length + 9);
    bytes.set(strToU8('GIF89a...'));
    bytes.set(plain, 9);
    const { outcome, text } = await textOf(bytes);
    expect(text).toContain('hidden words');
    expect(outcome).toEqual({ status: 'partial', reason: 'unsupportedType' });
  });

  it('is partial for a bad part in a good archive', async () => {
    const bytes = zipSync({ 'a.txt': strToU8('good words'), 'b.bin': Uint8Array.from([0, 1, 2, 3]) });
    const { outcome, text } = await textOf(bytes);
    expect(outcome).toEqual({ status: 'partial', reason: 'unsupportedType' });
    expect(text).toContain('good words');
  });
});

describe('hostile input', () => {
  it('stops a bomb by its ratio', async () => {
    const bomb = zipSync({ 'a.txt': new Uint8Array(100 * 2 ** 20) });
    const started = performance.now();
    const { outcome } = await read(bomb);
    expect(outcome).toEqual({ status: 'tooLarge', limit: 'ratio' });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('does not believe sizes', async () => {
    const bytes = zipSync({ 'a.txt': strToU8('words '.repeat(1000)) });
    for (let at = 0; at < bytes.length - 4; at++) {
      if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 1) bytes.set([1, 0, 0, 0], at + 24);
    }
    expect((await textOf(bytes)).text).toContain('words '.repeat(1000));
  });

  it('caps entries and characters, keeping what was read', async () => {
    const many = zipSync(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}.txt`, strToU8('x')])));
    expect((await read(many, { limits: { entries: 20 } })).outcome).toEqual({ status: 'tooLarge', limit: 'entries' });
    const { outcome, pieces } = await read(strToU8('abcdefgh'), { limits: { characters: 5 } });
    expect(outcome).toEqual({ status: 'tooLarge', limit: 'characters' });
    expect(pieces).toEqual([{ place: '', text: 'abcde' }]);
  });

  it('answers timeout when the soft stop has come', async () => {
    const { outcome } = await read(zipSync({ 'a.txt': strToU8('x') }), { limits: { expired: () => true } });
    expect(outcome).toMatchObject({ status: 'timeout' });
  });

  it('ends in a typed outcome at every truncation and bit flip', async () => {
    const whole = docx({ 'word/document.xml': w('<w:p><w:t>some words</w:t></w:p>'.repeat(20)) });
    const seen = new Set<string>();
    for (let length = 0; length < whole.length; length += 7)
      seen.add((await read(whole.slice(0, length))).outcome.status);
    for (let at = 0; at < whole.length; at += 3) {
      const flipped = whole.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x55;
      seen.add((await read(flipped)).outcome.status);
    }
    for (const status of seen)
      expect(['complete', 'partial', 'corrupt', 'encrypted', 'unsupportedType', 'tooLarge']).toContain(status);
    expect((await read(whole.slice(0, whole.length - 30))).outcome.status).not.toBe('complete');
  });

  it('is linear on deep nesting and broken quotes', async () => {
    const started = performance.now();
    for (const body of [
      '<a>'.repeat(2e5),
      '<a "'.repeat(2e5),
      `<a b="${'>'.repeat(2e5)}`,
      '<row>'.repeat(2e5),
      '&'.repeat(2e5),
    ])
      for (const part of ['word/document.xml', 'xl/worksheets/sheet1.xml']) await read(docx({ [part]: body }));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('what is not read', () => {
  it('still shows its strings, 8-bit and UTF-16', async () => {
    const noise = Array.from({ length: 64 }, (_, i) => i % 9);
    const utf16 = [...'wide words'].flatMap((character) => [character.charCodeAt(0), 0]);
    const { outcome, text } = await textOf(Uint8Array.from([...noise, ...strToU8('plain words'), 1, 2, ...utf16]));
    expect(outcome).toEqual({ status: 'unsupportedType' });
    expect(text).toContain('plain words');
    expect(text).toContain('wide words');
  });

  it('reads mail, its attachments and encoded words', async () => {
    const mail = [
      'From: a@acme.example',
      'To: b@acme.example',
      'Subject: =?utf-8?Q?subject=2Dwords?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      btoa('body-words'),
      '--x',
      'Content-Type: application/zip; name=a.zip',
      'Content-Transfer-Encoding: base64',
      '',
      btoa(String.fromCharCode(...zipSync({ 'a.txt': strToU8('zip-words') }))),
      '--x--',
      '',
    ].join('\r\n');
    const { outcome, text } = await textOf(strToU8(mail));
    expect(outcome).toEqual({ status: 'complete' });
    for (const kind of ['subject', 'body', 'zip']) expect(text).toContain(`${kind}-words`);
  });

  it.each([
    ['an encrypted office file', cfb(['EncryptionInfo', 'EncryptedPackage']), { status: 'encrypted', kind: 'office' }],
    ['a doc', cfb(['WordDocument']), { status: 'unsupportedType' }],
    [
      'an encrypted doc',
      cfb(['WordDocument'], { stream: 'WordDocument', bytes: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }),
      { status: 'encrypted', kind: 'doc' },
    ],
    [
      'an encrypted xls',
      cfb(['Workbook'], { stream: 'Workbook', bytes: Uint8Array.from([9, 8, 2, 0, 0, 0, 0x2f, 0, 0, 0]) }),
      { status: 'encrypted', kind: 'xls' },
    ],
    ['an image', Uint8Array.from([0xff, 0xd8, 0xff]), { status: 'unsupportedType' }],
    ['an encrypted pdf', strToU8('%PDF-1.7'), { status: 'encrypted', kind: 'pdf' }],
    ['nothing', new Uint8Array(), { status: 'complete' }],
  ])('%s', async (_, bytes, outcome) => {
    expect((await read(bytes, { pdfText: async () => 'encrypted' })).outcome).toEqual(outcome);
  });

  it('a pdf without a text layer is partial', async () => {
    expect((await read(strToU8('%PDF-1.7'), { pdfText: async () => 'read' })).outcome).toEqual({
      status: 'partial',
      reason: 'unsupportedType',
    });
  });
});
