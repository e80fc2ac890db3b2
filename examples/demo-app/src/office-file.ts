// Minimal but valid Office Open XML packages.
import { strToU8, zipSync } from 'fflate';
import { escapeText } from './escape.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const relationships = 'http://schemas.openxmlformats.org/package/2006/relationships';
const officeRelationship = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const openXml = 'application/vnd.openxmlformats-officedocument';

export type SampleLabel = { readonly id: string; readonly siteId: string; readonly name: string };

function pack(parts: Record<string, string>): Buffer {
  const entries = Object.entries(parts).map(([path, xml]) => [path, strToU8(`${declaration}${xml}`)] as const);
  // A fixed time keeps the bytes, and so their hash, the same at every start.
  return Buffer.from(zipSync(Object.fromEntries(entries), { mtime: '2026-01-05T09:00:00' }));
}

function contentTypes(overrides: Record<string, string>): string {
  const rows = Object.entries(overrides).map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`);
  return `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${rows.join('')}</Types>`;
}

function relations(targets: readonly { type: string; target: string }[]): string {
  const rows = targets.map(
    ({ type, target }, i) => `<Relationship Id="rId${i + 1}" Type="${officeRelationship}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="${relationships}">${rows.join('')}</Relationships>`;
}

function customProperties(label: SampleLabel): string {
  const values = {
    Enabled: 'true',
    SetDate: '2026-01-05T09:00:00Z',
    Method: 'Privileged',
    Name: label.name,
    SiteId: label.siteId,
    ContentBits: '0',
  };
  const rows = Object.entries(values).map(
    ([key, value], i) =>
      `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${i + 2}" name="MSIP_Label_${label.id}_${key}"><vt:lpwstr>${escapeText(value)}</vt:lpwstr></property>`,
  );
  return `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">${rows.join('')}</Properties>`;
}

/** A `.docx` of plain paragraphs, with a sensitivity label in its custom properties if given. */
export function docx(paragraphs: readonly string[], label?: SampleLabel): Buffer {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t xml:space="preserve">${escapeText(text)}</w:t></w:r></w:p>`);
  const labelled = label !== undefined;
  return pack({
    '[Content_Types].xml': contentTypes({
      '/word/document.xml': `${openXml}.wordprocessingml.document.main+xml`,
      ...(labelled ? { '/docProps/custom.xml': `${openXml}.custom-properties+xml` } : {}),
    }),
    '_rels/.rels': relations([
      { type: 'officeDocument', target: 'word/document.xml' },
      ...(labelled ? [{ type: 'custom-properties', target: 'docProps/custom.xml' }] : []),
    ]),
    'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`,
    ...(labelled ? { 'docProps/custom.xml': customProperties(label) } : {}),
  });
}

/** A one-sheet `.xlsx` of text cells. */
export function xlsx(rows: readonly (readonly string[])[]): Buffer {
  const sheet = rows.map(
    (row) => `<row>${row.map((text) => `<c t="inlineStr"><is><t>${escapeText(text)}</t></is></c>`).join('')}</row>`,
  );
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  return pack({
    '[Content_Types].xml': contentTypes({
      '/xl/workbook.xml': `${openXml}.spreadsheetml.sheet.main+xml`,
      '/xl/worksheets/sheet1.xml': `${openXml}.spreadsheetml.worksheet+xml`,
    }),
    '_rels/.rels': relations([{ type: 'officeDocument', target: 'xl/workbook.xml' }]),
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${officeRelationship}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([{ type: 'worksheet', target: 'worksheets/sheet1.xml' }]),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${sheet.join('')}</sheetData></worksheet>`,
  });
}
