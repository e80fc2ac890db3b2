// OpenDocument (ISO 26300): content, styles (headers, footers), meta and settings are XML parts like any other.

import { indexOf } from '../bytes.ts';
import { decodeText } from '../charset.ts';
import type { Format, Job, Source } from '../format.ts';
import { entryBytes, type ZipEntry, zipEntries } from '../zip.ts';
import { readPackage } from './office.ts';

export const odf: Format = {
  id: 'package',
  handles: (sniffed) => sniffed.id === 'odt' || sniffed.id === 'ods' || sniffed.id === 'odp',
  async read(source, job) {
    if (await isEncrypted(source, job)) return { status: 'encrypted', kind: 'odf' };
    return readPackage(source, job, async (entry) =>
      /^(?:mimetype|Thumbnails\/|META-INF\/|Configurations2\/)/.test(entry.name) ? { status: 'complete' } : undefined,
    );
  },
};

async function isEncrypted(source: Source, job: Job): Promise<boolean> {
  const manifest = [...take(zipEntries(source.bytes), 200)].find((entry) => entry.name === 'META-INF/manifest.xml');
  if (manifest === undefined) return false;
  const bytes = await entryBytes(manifest, job);
  return indexOf(bytes, 'encryption-data') >= 0 || decodeText(bytes.subarray(0, 65_536)).includes('encryption-data');
}

function* take(entries: Iterable<ZipEntry>, count: number): Generator<ZipEntry> {
  let taken = 0;
  for (const entry of entries) {
    if (++taken > count) return;
    yield entry;
  }
}
