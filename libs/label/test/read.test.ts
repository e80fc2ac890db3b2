import { inflateRawSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../src/read.ts';
import { compoundFile, summaryStream } from './compound-file.ts';
import { classicPdf, modernPdf, streamBody } from './pdf.ts';

const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
const read = (bytes: Uint8Array) => readLabels(bytes, { inflate });

const secret = '11111111-2222-4333-8444-555555555555';
const public_ = '99999999-2222-4333-8444-555555555555';
const ours = 'aaaaaaaa-0000-4000-8000-000000000001';
const theirs = 'bbbbbbbb-0000-4000-8000-000000000002';

const labelled = (...labels: object[]) => ({ state: 'labelled', labels });
const nothing = { state: 'none', labels: [] };
const unreadable = { state: 'unreadable', labels: [] };

function group(id: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`MSIP_Label_${id}_${key}`, value]));
}

function customXml(properties: Record<string, string>): string {
  const rows = Object.entries(properties).map(
    ([name, value], i) =>
      `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${i + 2}" name="${name}"><vt:lpwstr>${value}</vt:lpwstr></property>`,
  );
  return `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="urn:vt">${rows.join('')}</Properties>`;
}

function labelInfoXml(...labels: string[]): string {
  return `<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020/mipLabelMetadata">${labels.map((label) => `<clbl:label ${label}/>`).join('')}</clbl:labelList>`;
}

const customRelation =
  '<Relationship Id="c" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/>';
const infoRelation =
  '<Relationship Id="l" Type="http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels" Target="/odd%20place/x.xml"/>';

function office(parts: { custom?: string; info?: string; extra?: Record<string, string> }): Uint8Array {
  const relations = `${parts.custom === undefined ? '' : customRelation}${parts.info === undefined ? '' : infoRelation}`;
  const entries: Record<string, string> = {
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships xmlns="urn:r">${relations}</Relationships>`,
    ...(parts.custom === undefined ? {} : { 'docProps/Custom.xml': parts.custom }),
    ...(parts.info === undefined ? {} : { 'odd place/x.xml': parts.info }),
    ...parts.extra,
  };
  return zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)])));
}

describe('Office Open XML', () => {
  it('reads custom properties', () => {
    const custom = customXml(group(secret, { Enabled: 'True', SiteId: ours, Name: 'Secret', Method: 'Privileged' }));
    expect(read(office({ custom }))).toEqual(
      labelled({ id: secret, siteId: ours, name: 'Secret', method: 'Privileged' }),
    );
  });
  it('finds LabelInfo by relationship type under any path and takes the name from the property', () => {
    const info = labelInfoXml(
      `id="{${secret.toUpperCase()}}" enabled="1" method="Standard" siteId="{${ours}}" contentBits="0" removed="0"`,
    );
    const custom = customXml(group(secret, { Enabled: 'true', SiteId: ours, Name: 'Secret' }));
    expect(read(office({ info, custom }))).toEqual(
      labelled({ id: secret, siteId: ours, name: 'Secret', method: 'Standard' }),
    );
  });
  it('lets a tombstone hide the custom label of its tenant only', () => {
    const info = labelInfoXml(`id="{${ours}}" enabled="0" method="" siteId="{${ours}}" removed="1"`);
    const custom = customXml({
      ...group(secret, { Enabled: 'true', SiteId: ours }),
      ...group(public_, { Enabled: 'true', SiteId: theirs }),
    });
    expect(read(office({ info, custom }))).toEqual(labelled({ id: public_, siteId: theirs }));
  });
  it('counts two tenants in two places', () => {
    const info = labelInfoXml(`id="{${secret}}" enabled="1" method="Standard" siteId="{${ours}}"`);
    const custom = customXml(group(public_, { Enabled: 'true', SiteId: theirs }));
    expect(read(office({ info, custom })).labels.map(({ id }) => id)).toEqual([secret, public_]);
  });
  it('reads an empty list and a document without labels as none', () => {
    expect(read(office({ info: labelInfoXml() }))).toEqual(nothing);
    expect(read(office({}))).toEqual(nothing);
  });
  it('takes no label from a plain archive', () => {
    expect(
      read(zipSync({ 'a\\b.txt': strToU8('x'), 'inner.docx': office({ custom: customXml({}) }) }, { level: 0 })),
    ).toEqual(nothing);
  });
});

describe('hostile packages are unreadable', () => {
  const custom = customXml(group(secret, { Enabled: 'true', SiteId: ours }));
  const dtd = `<!DOCTYPE a [<!ENTITY b "c">]>${custom}`;
  const deep = `${'<a>'.repeat(80)}${'</a>'.repeat(80)}`;
  it.each([
    ['a document type', office({ custom: dtd })],
    ['deep XML', office({ custom: deep })],
    ['broken XML', office({ custom: custom.slice(0, -5) })],
    ['a bomb', office({ custom: `<a>${' '.repeat(6 * 1024 * 1024)}</a>` })],
    ['twin names', office({ custom, extra: { 'docprops/CUSTOM.xml': '<a/>' } })],
    ['backslashes', office({ custom, extra: { 'word\\document.xml': '<a/>' } })],
    [
      'a missing part',
      zipSync({ '[Content_Types].xml': strToU8('<T/>'), '_rels/.rels': strToU8(`<R>${customRelation}</R>`) }),
    ],
  ])('%s', (_, bytes) => {
    expect(read(bytes)).toEqual(unreadable);
  });
  it('every truncation', () => {
    const whole = office({ custom });
    for (let length = 4; length < whole.length; length += 7)
      expect(read(whole.subarray(0, length))).toEqual(unreadable);
  });
});

const info = (values: Record<string, string>) =>
  `<< ${Object.entries(values)
    .map(([key, value]) => `/${key} (${value})`)
    .join(' ')} >>`;
const xmp = (values: Record<string, string>) =>
  `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="urn:rdf"><rdf:Description xmlns:pdfx="http://ns.adobe.com/pdfx/1.3/">${Object.entries(
    values,
  )
    .map(([key, value]) => `<pdfx:${key}>${value}</pdfx:${key}>`)
    .join('')}</rdf:Description></rdf:RDF></x:xmpmeta>   <?xpacket end="w"?>`;

describe('PDF', () => {
  const values = group(secret, { Enabled: 'true', SiteId: ours });
  it('reads Info', () => {
    expect(read(classicPdf(['<< /Type /Catalog >>', info(values)], '/Root 1 0 R /Info 2 0 R'))).toEqual(
      labelled({ id: secret, siteId: ours }),
    );
  });
  it('reads XMP, which wins over Info', () => {
    const objects = [
      '<< /Type /Catalog /Metadata 3 0 R >>',
      info(values),
      streamBody(xmp(group(secret, { Enabled: 'false' }))),
    ];
    expect(read(classicPdf(objects, '/Root 1 0 R /Info 2 0 R'))).toEqual(nothing);
  });
  it('reads object streams and cross-reference streams', () => {
    const bytes = modernPdf(['<< /Type /Catalog >>', info(values)], '/Root 3 0 R /Info 4 0 R');
    expect(read(bytes)).toEqual(labelled({ id: secret, siteId: ours }));
  });
  it('sees the newest revision', () => {
    const old = Buffer.from(classicPdf(['<< /Type /Catalog >>', info(values)], '/Root 1 0 R /Info 2 0 R'));
    const previous = /startxref\n(\d+)/.exec(old.toString('latin1'))?.[1];
    const update = `2 0 obj\n${info(group(public_, { Enabled: 'true', SiteId: theirs }))}\nendobj\n`;
    const table = `xref\n2 1\n${String(old.length).padStart(10, '0')} 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R /Info 2 0 R /Prev ${previous} >>\nstartxref\n${old.length + update.length}\n%%EOF\n`;
    expect(read(Buffer.concat([old, Buffer.from(update + table)]))).toEqual(labelled({ id: public_, siteId: theirs }));
  });
  it('tells rights management from passwords', () => {
    expect(
      read(classicPdf(['<< /Type /Catalog >>', '<< /Filter /MicrosoftIRMServices >>'], '/Root 1 0 R /Encrypt 2 0 R')),
    ).toEqual({ state: 'protected', labels: [] });
    expect(read(classicPdf(['<< /Type /Catalog >>', '<< /Filter /Standard >>'], '/Root 1 0 R /Encrypt 2 0 R'))).toEqual(
      unreadable,
    );
  });
  it('does not repair: broken, truncated and looping files are unreadable', () => {
    const whole = classicPdf(['<< /Type /Catalog >>', info(values)], '/Root 1 0 R /Info 2 0 R');
    for (let length = 5; length < whole.length - 8; length += 11)
      expect(read(whole.subarray(0, length))).toEqual(unreadable);
    expect(read(Buffer.from('%PDF-1.7\nstartxref\n99999\n%%EOF'))).toEqual(unreadable);
    expect(read(classicPdf(['2 0 R', '1 0 R'], '/Root 1 0 R /Info 2 0 R'))).toEqual(unreadable);
  });
  it('has no label when there is none', () => {
    expect(read(classicPdf(['<< /Type /Catalog >>'], '/Root 1 0 R'))).toEqual(nothing);
  });
});

describe('compound files', () => {
  const values = group(secret, { Enabled: 'true', SiteId: ours, Name: 'Geheim ü' });
  const summary = summaryStream(values);
  it('reads old Office files', () => {
    const bytes = compoundFile({ Workbook: new Uint8Array(5000), '\u0005DocumentSummaryInformation': summary });
    expect(read(bytes)).toEqual(labelled({ id: secret, siteId: ours, name: 'Geheim ü' }));
    expect(read(compoundFile({ Workbook: new Uint8Array(5000) }))).toEqual(nothing);
  });
  it('cannot read a file behind a password', () => {
    expect(read(compoundFile({ EncryptionInfo: new Uint8Array(100), EncryptedPackage: new Uint8Array(5000) }))).toEqual(
      unreadable,
    );
  });
  it('reads the label of a rights-managed file', () => {
    const labelInfo = strToU8(labelInfoXml(`id="{${secret}}" enabled="1" method="Privileged" siteId="{${ours}}"`));
    const transform = { '\u0006Primary': new Uint8Array(20) };
    const bytes = compoundFile({
      EncryptedPackage: new Uint8Array(5000),
      '\u0006DataSpaces': { TransformInfo: { DRMEncryptedTransform: transform, LabelInfo: labelInfo } },
    });
    expect(read(bytes)).toEqual({ state: 'protected', labels: [{ id: secret, siteId: ours, method: 'Privileged' }] });
  });
  it('survives truncation and a looping chain', () => {
    const whole = Buffer.from(
      compoundFile({ Workbook: new Uint8Array(5000), '\u0005DocumentSummaryInformation': summary }),
    );
    for (let length = 8; length < whole.length - 512; length += 97)
      expect(read(whole.subarray(0, length))).toEqual(unreadable);
    const looping = Buffer.from(whole);
    const directory = looping.readUInt32LE(48);
    looping.writeUInt32LE(directory, 512 + directory * 4);
    expect(read(looping)).toEqual(unreadable);
  });
});

describe('other formats', () => {
  it('reads OpenDocument user-defined metadata', () => {
    const rows = Object.entries(group(secret, { Enabled: 'true', SiteId: ours })).map(
      ([name, value]) => `<meta:user-defined meta:name="${name}">${value}</meta:user-defined>`,
    );
    const meta = `<office:document-meta xmlns:office="urn:o" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0">${rows.join('')}</office:document-meta>`;
    const bytes = zipSync({
      mimetype: [strToU8('application/vnd.oasis.opendocument.text'), { level: 0 }],
      'meta.xml': strToU8(meta),
    });
    expect(read(bytes)).toEqual(labelled({ id: secret, siteId: ours }));
  });
  it('knows the protection container, and text has no label', () => {
    expect(read(strToU8('.pfile\u0001'))).toEqual({ state: 'protected', labels: [] });
    expect(read(strToU8('MSIP_Label_ in a text'))).toEqual(nothing);
    expect(read(new Uint8Array())).toEqual(nothing);
  });
});
