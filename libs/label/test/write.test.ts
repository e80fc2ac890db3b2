import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, inflateRawSync, crc32 as zlibCrc32 } from 'node:zlib';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { applied, applyLabel } from '../src/apply.ts';
import { crc32 } from '../src/crc32.ts';
import { fillMarks, type Marks } from '../src/marks.ts';
import { readLabels } from '../src/read.ts';
import { bytesSource, type Source } from '../src/source.ts';
import type { LabelStamp } from '../src/stamp.ts';
import { wordDocument } from './office.ts';
import { classicPdf, modernPdf, streamBody } from './pdf.ts';

const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
const ours = 'aaaaaaaa-0000-4000-8000-000000000001';
const theirs = 'bbbbbbbb-0000-4000-8000-000000000002';
const low = '11111111-0000-4000-8000-000000000001';
const middle = '22222222-0000-4000-8000-000000000002';
const high = '33333333-0000-4000-8000-000000000003';
const foreign = '99999999-0000-4000-8000-000000000009';
const ranks = {
  sites: new Set([ours]),
  priorities: new Map([
    [low, 10],
    [middle, 20],
    [high, 30],
  ]),
};
const stampOf = (id: string, priority: number, name = 'Confidential ü & "<b>"'): LabelStamp => ({
  id,
  siteId: ours,
  name,
  priority,
  setDate: '2026-01-02T03:04:05Z',
  actionId: '44444444-0000-4000-8000-000000000004',
  contentBits: 0,
});
const stamp = stampOf(middle, 20);
const written = { id: middle, siteId: ours, name: stamp.name, method: 'Standard' };
const read = (bytes: Uint8Array) => readLabels(bytes, { inflate });

function apply(
  bytes: Uint8Array,
  wanted = stamp,
  options: { places?: 'both' | 'only' | 'custom'; marks?: Marks } = {},
) {
  const source = bytesSource(bytes);
  const result = applyLabel(source, wanted, { inflate, ranks, ...options });
  return { result, bytes: applied(source, result) };
}

/** Every entry's raw bytes as python's zipfile sees them; the independent opinion on "byte-equal". */
function pythonEntries(bytes: Uint8Array): Record<string, string> | undefined {
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-label-')), 'a.zip');
  writeFileSync(file, bytes);
  const script = `import zipfile,hashlib,json,struct,sys
z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
d=open(sys.argv[1],'rb').read(); r={}
for i in z.infolist():
  n,e=struct.unpack_from('<HH',d,i.header_offset+26); s=i.header_offset
  r[i.filename]=hashlib.sha256(d[s:s+30+n+e+i.compress_size]).hexdigest()
print(json.dumps(r))`;
  const run = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  if (run.error) {
    console.warn('python3 is absent: the packages were not checked independently');
    return undefined;
  }
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout);
}

function expectOthersEqual(before: Uint8Array, after: Uint8Array, changed: readonly string[]): void {
  const [old, now] = [pythonEntries(before), pythonEntries(after)];
  if (!old || !now) return;
  for (const [name, hash] of Object.entries(old)) if (!changed.includes(name)) expect(now[name], name).toBe(hash);
}

describe('Office Open XML', () => {
  it('writes both places into a document that has neither, every other part byte-equal', () => {
    const before = wordDocument();
    const after = apply(before);
    expect(after.result).toMatchObject({ type: 'written', format: 'ooxml' });
    expect(read(after.bytes)).toEqual({ state: 'labelled', labels: [written] });
    const parts = unzipSync(after.bytes);
    expect(strFromU8(parts['docMetadata/LabelInfo.xml'] ?? new Uint8Array())).toContain(`id="{${middle}}"`);
    expect(strFromU8(parts['docProps/custom.xml'] ?? new Uint8Array())).toContain('pid="2"');
    expectOthersEqual(before, after.bytes, ['[Content_Types].xml', '_rels/.rels']);
  });
  it('leaves a file that has the label byte-identical', () => {
    const once = apply(wordDocument()).bytes;
    const twice = apply(once);
    expect(twice.result).toEqual({ type: 'unchanged', reason: 'same' });
    expect(Buffer.compare(twice.bytes, once)).toBe(0);
  });
  it('raises, never lowers, and leaves what the taxonomy does not know', () => {
    const lowFile = apply(wordDocument(), stampOf(low, 10)).bytes;
    // LabelInfo, which has no names, speaks for us by then: the properties go.
    expect(read(apply(lowFile).bytes).labels).toEqual([{ id: middle, siteId: ours, method: 'Standard' }]);
    const highFile = apply(wordDocument(), stampOf(high, 30)).bytes;
    expect(apply(highFile).result).toEqual({ type: 'unchanged', reason: 'higher' });
    const unknown = apply(wordDocument(), stampOf(foreign, 1)).bytes;
    expect(apply(unknown).result).toEqual({ type: 'unchanged', reason: 'unknownLabel' });
  });
  it('keeps labels, tombstones and extensions of other tenants', () => {
    const info = `<l:labelList xmlns:l="http://schemas.microsoft.com/office/2020/mipLabelMetadata"><l:label id="{${foreign}}" enabled="1" method="Privileged" siteId="{${theirs}}" contentBits="0"/><l:label id="{${low}}" enabled="1" method="Standard" siteId="{${ours}}"/><l:label id="{x}" siteId="{cccccccc-0000-4000-8000-000000000003}" enabled="0" method="" removed="1"/><l:extLst><l:ext uri="u"/></l:extLst></l:labelList>`;
    const relation =
      '<Relationship Id="x" Type="http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels" Target="odd/x.xml"/>';
    const after = apply(wordDocument({ 'odd/x.xml': info }, relation));
    expect(read(after.bytes).labels).toEqual([
      { id: middle, siteId: ours, method: 'Standard' },
      { id: foreign, siteId: theirs, method: 'Privileged' },
    ]);
    const text = strFromU8(unzipSync(after.bytes)['odd/x.xml'] ?? new Uint8Array());
    expect(text).toContain('removed="1"');
    expect(text).toContain('<l:extLst><l:ext uri="u"/></l:extLst>');
    expect(text).not.toContain(low);
    // LabelInfo speaks for us there: no second place is made.
    expect(unzipSync(after.bytes)['docProps/custom.xml']).toBeUndefined();
  });
  it('appends to custom properties behind the highest pid and takes out only our older group', () => {
    const property = (pid: number, name: string, value: string) =>
      `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${pid}" name="${name}"><vt:lpwstr>${value}</vt:lpwstr></property>`;
    const rows = [
      property(7, 'Project', 'Otter'),
      property(8, `MSIP_Label_${low}_Enabled`, 'true'),
      property(9, `MSIP_Label_${low}_SiteId`, ours),
      property(10, `MSIP_Label_${low}_Owner`, 'kim'),
      property(11, `MSIP_Label_${foreign}_Enabled`, 'true'),
      property(12, `MSIP_Label_${foreign}_SiteId`, theirs),
    ].join('\n');
    const custom = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">${rows}</Properties>`;
    const relation =
      '<Relationship Id="c" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/>';
    const after = apply(wordDocument({ 'docProps/custom.xml': custom }, relation), stamp, { places: 'custom' });
    const text = strFromU8(unzipSync(after.bytes)['docProps/custom.xml'] ?? new Uint8Array());
    expect(text).toContain(property(7, 'Project', 'Otter'));
    expect(text).toContain('pid="13"');
    expect(text).not.toContain(low);
    expect(read(after.bytes).labels.map(({ id }) => id)).toEqual([foreign, middle]);
  });
  it('keeps raw entries with data descriptors and a comment at the end', () => {
    const script = `import zipfile,sys
class Out:
  def __init__(s,p): s.f=open(p,'wb')
  def write(s,b): return s.f.write(b)
  def flush(s): s.f.flush()
src=zipfile.ZipFile(sys.argv[1]); o=Out(sys.argv[2]); z=zipfile.ZipFile(o,'w',zipfile.ZIP_DEFLATED); z.comment=b'hello'
for i in src.infolist(): z.writestr(i.filename, src.read(i.filename))
z.close()`;
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-label-'));
    writeFileSync(join(folder, 'a'), wordDocument());
    const run = spawnSync('python3', ['-c', script, join(folder, 'a'), join(folder, 'b')], { encoding: 'utf8' });
    if (run.error) return console.warn('python3 is absent: data descriptors were not tried');
    expect(run.stderr).toBe('');
    const before = new Uint8Array(spawnSync('cat', [join(folder, 'b')]).stdout);
    const after = apply(before);
    expect(read(after.bytes).labels).toEqual([written]);
    expectOthersEqual(before, after.bytes, ['[Content_Types].xml', '_rels/.rels']);
    expect(Buffer.from(after.bytes).subarray(-5).toString()).toBe('hello');
  });
  it('reads only small parts of a large file', () => {
    const bytes = wordDocument();
    const big = zipSync({
      ...Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, data]) => [name, data])),
      'word/media/a.bin': [new Uint8Array(8 * 1024 * 1024), { level: 0 }],
    });
    let seen = 0;
    const source: Source = {
      size: big.length,
      read(at, length) {
        seen += length;
        return big.subarray(at, at + length);
      },
    };
    expect(applyLabel(source, stamp, { inflate, ranks }).type).toBe('written');
    expect(seen).toBeLessThan(400_000);
  });
  it('does not touch plain archives, twins and overlapping entries', () => {
    expect(apply(zipSync({ 'a.txt': strToU8('x') })).result).toEqual({ type: 'unchanged', reason: 'noPlace' });
    expect(apply(wordDocument({ 'WORD/document.xml': '<a/>' })).result).toEqual({
      type: 'unchanged',
      reason: 'unreadable',
    });
    const overlapping = Buffer.from(wordDocument());
    const central = overlapping.lastIndexOf('PK\u0001\u0002');
    overlapping.writeUInt32LE(overlapping.readUInt32LE(central + 20) + 100_000, central + 20);
    expect(apply(overlapping).result.type).toBe('unchanged');
  });
});

describe('marks in Word', () => {
  const marks = { header: 'Secret & "x" <y>', footer: 'kim, 2026', watermark: 'SECRET' };
  const rels = (xml: string) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${xml}</Relationships>`;
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const body = (xml: string) =>
    `<w:document xmlns:w="${word}" xmlns:r="${relations}"><w:body>${xml}</w:body></w:document>`;
  const parts = (bytes: Uint8Array) =>
    Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, data]) => [name, strFromU8(data)]));
  const bits = (bytes: Uint8Array) => /contentBits="(\d+)"/.exec(parts(bytes)['docMetadata/LabelInfo.xml'] ?? '')?.[1];

  it.each([
    ['a section', body('<w:p/><w:sectPr><w:pgSz w:w="1"/></w:sectPr>')],
    ['an empty section', body('<w:p/><w:sectPr/>')],
    ['no section', body('<w:p/>')],
  ])('makes what is missing with %s', (_, document) => {
    const after = apply(wordDocument({ 'word/document.xml': document }), stamp, { marks }).bytes;
    const files = parts(after);
    expect(files['word/gatehouse-mark-header-default.xml']).toContain('Secret &#38; &#34;x&#34; &#60;y&#62;');
    expect(files['word/gatehouse-mark-header-default.xml']).toContain('string="SECRET"');
    expect(files['word/gatehouse-mark-footer-default.xml']).toContain('kim, 2026');
    expect(files['word/document.xml']?.match(/(header|footer)Reference/g)).toHaveLength(2);
    expect(files['[Content_Types].xml']).toContain('/word/gatehouse-mark-footer-default.xml');
    expect(bits(after)).toBe('7');
    expect(read(after).labels).toHaveLength(1);
  });
  it('marks the pages each section shows: first, even, inherited', () => {
    const document = body('<w:p><w:pPr><w:sectPr><w:titlePg/></w:sectPr></w:pPr></w:p><w:sectPr/>');
    const settings = { 'word/settings.xml': `<w:settings xmlns:w="${word}"><w:evenAndOddHeaders/></w:settings>` };
    const link = rels(`<Relationship Id="s" Type="${relations}/settings" Target="settings.xml"/>`);
    const files = parts(
      apply(wordDocument({ 'word/document.xml': document, 'word/_rels/document.xml.rels': link, ...settings }), stamp, {
        marks: { header: 'Secret' },
      }).bytes,
    );
    expect(
      Object.keys(files)
        .filter((name) => name.includes('gatehouse-mark'))
        .sort(),
    ).toEqual(['default', 'even', 'first'].map((page) => `word/gatehouse-mark-header-${page}.xml`));
    expect(files['word/document.xml']?.match(/headerReference/g)).toHaveLength(3);
  });
  it('adds to headers that are there, and replaces its own mark', () => {
    const document = body('<w:p/><w:sectPr><w:headerReference w:type="default" r:id="h"/></w:sectPr>');
    const header = `<w:hdr xmlns:w="${word}"><w:p><w:r><w:t>Acme</w:t></w:r></w:p></w:hdr>`;
    const link = rels(`<Relationship Id="h" Type="${relations}/header" Target="header1.xml"/>`);
    const first = apply(
      wordDocument({ 'word/document.xml': document, 'word/header1.xml': header, 'word/_rels/document.xml.rels': link }),
      stampOf(low, 10),
      { marks: { header: 'Internal' } },
    ).bytes;
    const text = parts(apply(first, stamp, { marks: { header: 'Secret' } }).bytes)['word/header1.xml'] ?? '';
    expect(text).toContain('>Acme<');
    expect(text).toContain('>Secret<');
    expect(text).not.toContain('Internal');
  });
  it('never marks signed files and says so', () => {
    const signed =
      '<Relationship Id="g" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/>';
    const after = apply(wordDocument({ '_xmlsignatures/origin.sigs': 'x' }, signed), stamp, { marks }).bytes;
    expect(Object.keys(parts(after)).some((name) => name.includes('gatehouse-mark'))).toBe(false);
    expect(bits(after)).toBe('0');
  });
  it('fills its templates in one line', () => {
    const placeholder = (name: string) => ['$', '{', name, '}'].join('');
    const facts = { user: 'kim\nx\u202e', time: 't', app: placeholder('user'), file: 'f' };
    const header = `${placeholder('user')} ${placeholder('app')} ${placeholder('other')}`;
    expect(fillMarks({ header, footer: undefined }, facts)).toEqual({
      header: `kim x  ${placeholder('user')} ${placeholder('other')}`,
    });
  });
});

describe('PDF', () => {
  const catalog = '<< /Type /Catalog /Pages 9 0 R >>';
  const info = '<< /Title (The plan) /Author <FEFF00FC> >>';
  const xmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/" pdfx:MSIP_Label_${low}_SiteId="${ours}"><pdfx:MSIP_Label_${low}_Enabled>true</pdfx:MSIP_Label_${low}_Enabled><pdfx:MSIP_Label_${foreign}_SiteId>${theirs}</pdfx:MSIP_Label_${foreign}_SiteId></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;
  it.each([
    ['a cross-reference table', classicPdf([catalog, info], '/Root 1 0 R /Info 2 0 R /ID [<01> <02>]')],
    ['no Info', classicPdf([catalog], '/Root 1 0 R')],
    ['object and cross-reference streams', modernPdf([catalog, info], '/Root 3 0 R /Info 4 0 R')],
  ])('appends to a file with %s', (_, before) => {
    const after = apply(before);
    expect(after.result).toMatchObject({ type: 'written', format: 'pdf' });
    expect(Buffer.compare(after.bytes.subarray(0, before.length), before)).toBe(0);
    expect(read(after.bytes)).toEqual({ state: 'labelled', labels: [written] });
    const again = apply(after.bytes, stampOf(high, 30));
    expect(read(again.bytes).labels).toEqual([{ ...written, id: high }]);
    const tail = Buffer.from(again.bytes).toString('latin1').slice(before.length);
    if (Buffer.from(before).includes('/Title')) expect(tail).toContain('/Title');
  });
  it('keeps what XMP says for others', () => {
    const before = classicPdf(['<< /Type /Catalog /Metadata 2 0 R >>', streamBody(xmp)], '/Root 1 0 R');
    expect(read(before).labels.map(({ id }) => id)).toEqual([low, foreign]);
    expect(
      read(apply(before).bytes)
        .labels.map(({ id }) => id)
        .sort(),
    ).toEqual([middle, foreign]);
  });
  it('labels signed files, but not certified, encrypted or broken ones', () => {
    const signature = (p: string) =>
      classicPdf(
        [
          '<< /Type /Catalog /AcroForm << /SigFlags 3 >> /Perms << /DocMDP 2 0 R >> >>',
          `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << ${p} >> >>] >>`,
        ],
        '/Root 1 0 R',
      );
    expect(apply(signature('/P 1')).result).toEqual({ type: 'unchanged', reason: 'certified' });
    expect(apply(signature('/P 2')).result.type).toBe('written');
    expect(Buffer.from(apply(signature('/P 2'), { ...stamp, contentBits: 3 }).bytes).toString('latin1')).toContain(
      '_ContentBits (0)',
    );
    const locked = classicPdf([catalog, '<< /Filter /Standard >>'], '/Root 1 0 R /Encrypt 2 0 R');
    expect(apply(locked).result).toEqual({ type: 'unchanged', reason: 'unreadable' });
    expect(apply(Buffer.from('%PDF-1.7\nno more')).result).toEqual({ type: 'unchanged', reason: 'unreadable' });
  });
});

describe('OpenDocument', () => {
  const mimetype: [Uint8Array, { level: 0 }] = [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }];
  const meta = `<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><office:meta><meta:user-defined meta:name="Project">Otter</meta:user-defined></office:meta></office:document-meta>`;
  it('writes user-defined metadata', () => {
    const before = zipSync({ mimetype, 'content.xml': strToU8('<a/>'), 'meta.xml': strToU8(meta) });
    const after = apply(before);
    expect(read(after.bytes)).toEqual({ state: 'labelled', labels: [written] });
    expect(strFromU8(unzipSync(after.bytes)['meta.xml'] ?? new Uint8Array())).toContain('>Otter<');
    expectOthersEqual(before, after.bytes, ['meta.xml']);
    expect(Buffer.from(after.bytes).toString('latin1', 30, 38)).toBe('mimetype');
  });
  it('makes meta.xml where there is none and leaves signed files alone', () => {
    const manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>';
    const bare = { mimetype, 'META-INF/manifest.xml': strToU8(manifest) };
    const after = apply(zipSync(bare));
    expect(read(after.bytes).labels).toEqual([written]);
    expect(strFromU8(unzipSync(after.bytes)['META-INF/manifest.xml'] ?? new Uint8Array())).toContain('meta.xml');
    const signed = zipSync({ ...bare, 'META-INF/documentsignatures.xml': strToU8('<a/>') });
    expect(apply(signed).result).toEqual({ type: 'unchanged', reason: 'signed' });
  });
});

describe('images', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffda0002112233ffd9', 'hex');
  const chunk = (type: string, data: Uint8Array) => {
    const out = Buffer.alloc(data.length + 12);
    out.writeUInt32BE(data.length);
    out.write(type, 4, 'latin1');
    out.set(data, 8);
    out.writeUInt32BE(zlibCrc32(out.subarray(4, data.length + 8)), data.length + 8);
    return out;
  };
  const png = Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
    chunk('IDAT', deflateSync(Buffer.from([0, 0]))),
    chunk('IEND', new Uint8Array()),
  ]);
  it.each([
    ['jpeg', jpeg],
    ['png', png],
  ])('writes XMP into %s and replaces it', (format, before) => {
    const once = apply(before, stampOf(low, 10));
    expect(once.result).toMatchObject({ type: 'written', format });
    const twice = apply(once.bytes);
    expect(read(twice.bytes)).toEqual({ state: 'labelled', labels: [written] });
    expect(Buffer.from(twice.bytes).includes(low)).toBe(false);
    expect(Buffer.from(twice.bytes).subarray(-9).equals(before.subarray(-9))).toBe(true);
  });
  it('survives every truncation', () => {
    for (const file of [jpeg, png])
      for (let length = 1; length < file.length - 2; length++) apply(file.subarray(0, length));
    expect(read(png.subarray(0, 40)).state).toBe('unreadable');
  });
});

it('has the checksum ZIP asks for', () => {
  for (const text of ['', 'a', 'The quick brown fox']) expect(crc32(strToU8(text))).toBe(zlibCrc32(text));
});

it('never changes other types', () => {
  expect(apply(strToU8('plain')).result).toEqual({ type: 'unchanged', reason: 'noPlace' });
});
