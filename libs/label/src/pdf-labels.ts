// PDF: Info dictionary and XMP `pdfx:` properties; where both name a key, XMP wins.
import { startsWith } from './bytes.ts';
import { corrupt } from './label-error.ts';
import { labelsOf, type Property } from './msip.ts';
import { PdfDocument } from './pdf-document.ts';
import { isKind, pdfText } from './pdf-syntax.ts';
import type { LabelFormat } from './read.ts';
import { readWhole } from './source.ts';
import { walkXml } from './xml.ts';

const pdfx = 'http://ns.adobe.com/pdfx/1.3/';
const prefix = 'MSIP_Label_';

function xmpProperties(xmp: Uint8Array): Property[] {
  const properties: Property[] = [];
  walkXml(xmp, {
    open(element) {
      for (const { uri, local, value } of element.attributes) if (uri === pdfx) properties.push({ name: local, value });
    },
    close(element, text) {
      if (element.uri === pdfx) properties.push({ name: element.local, value: text });
    },
  });
  return properties;
}

function infoProperties(document: PdfDocument): Property[] {
  if (!document.trailer.has('Info')) return [];
  const info = document.dictionary(document.trailer.get('Info')) ?? corrupt('PDF Info');
  return [...info].flatMap(([name, raw]) => {
    const value = name.startsWith(prefix) ? document.resolve(raw) : undefined;
    return isKind(value, 'string') ? [{ name, value: pdfText(value.bytes) }] : [];
  });
}

export const pdfFormat: LabelFormat = {
  name: 'pdf',
  // Readers accept the header within the first 1024 bytes.
  matches: (bytes) => bytes.subarray(0, 1024).some((_, at) => startsWith(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d], at)),
  read(source, { inflate }) {
    const document = new PdfDocument(readWhole(source), inflate);
    const encryption = document.trailer.has('Encrypt')
      ? (document.dictionary(document.trailer.get('Encrypt')) ?? corrupt('PDF Encrypt'))
      : undefined;
    const handler = document.resolve(encryption?.get('Filter'));
    if (isKind(handler, 'name') && handler.text === 'MicrosoftIRMServices') return { state: 'protected', labels: [] };
    // Strings and, mostly, metadata of an encrypted file are cipher text.
    if (encryption) return { state: 'unreadable', labels: [] };
    const catalog = document.dictionary(document.trailer.get('Root')) ?? corrupt('PDF catalog');
    const xmp = catalog.has('Metadata')
      ? (document.stream(catalog.get('Metadata')) ?? corrupt('PDF metadata'))
      : undefined;
    const labels = labelsOf([...infoProperties(document), ...(xmp ? xmpProperties(xmp) : [])]);
    return { state: labels.length > 0 ? 'labelled' : 'none', labels };
  },
};
