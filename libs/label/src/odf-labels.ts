// OpenDocument: user-defined metadata in meta.xml (ODF 1.3, 4.3.3).
import { latin1, startsWith } from './bytes.ts';
import { corrupt } from './label-error.ts';
import { labelsOf, type Property } from './msip.ts';
import type { LabelFormat } from './read.ts';
import { walkXml } from './xml.ts';
import { isZip, openZip } from './zip.ts';

const metaNamespace = 'urn:oasis:names:tc:opendocument:xmlns:meta:1.0';
const mimetype = [...new TextEncoder().encode('mimetypeapplication/vnd.oasis.opendocument')];

function userDefined(xml: Uint8Array): Property[] {
  const properties: Property[] = [];
  walkXml(xml, {
    close(element, text) {
      if (element.uri !== metaNamespace || element.local !== 'user-defined') return;
      const name = element.attributes.find(({ uri, local }) => uri === metaNamespace && local === 'name')?.value;
      if (name) properties.push({ name, value: text });
    },
  });
  return properties;
}

export const odfFormat: LabelFormat = {
  name: 'odf',
  // `mimetype` is the first entry, stored and without extra field, for exactly this test (ODF 1.3 part 2, 3.3).
  matches: (bytes) => isZip(bytes) && startsWith(bytes, mimetype, 30),
  read(source, { inflate }) {
    const zip = openZip(source, inflate);
    if (zip.ambiguous) return corrupt('part names');
    if (!zip.has('meta.xml')) return { state: 'none', labels: [] };
    // An encrypted document lists its algorithm per part in the manifest, and its meta.xml is cipher text.
    if (zip.has('META-INF/manifest.xml') && latin1(zip.part('META-INF/manifest.xml')).includes('encryption-data')) {
      return { state: 'unreadable', labels: [] };
    }
    const labels = labelsOf(userDefined(zip.part('meta.xml')));
    return { state: labels.length > 0 ? 'labelled' : 'none', labels };
  },
};
