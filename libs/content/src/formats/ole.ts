// Old Office files are not read, but encrypted ones are told from those merely unsupported.

import { u16 } from '../bytes.ts';
import { cfbEntries, cfbStreamHead } from '../cfb.ts';
import type { Format } from '../format.ts';
import { emitStrings } from './strings.ts';

export const ole: Format = {
  id: 'ole',
  handles: (sniffed) => ['encryptedOffice', 'doc', 'xls', 'ppt', 'msg', 'ole'].includes(sniffed.id),
  async read(source, job) {
    if (source.sniffed.id === 'encryptedOffice') return { status: 'encrypted', kind: 'office' };
    const entries = cfbEntries(source.bytes);
    if (entries.some((entry) => entry.name === 'EncryptedPackage')) return { status: 'encrypted', kind: 'office' };
    if (entries.some((entry) => entry.name === 'EncryptedSummary')) return { status: 'encrypted', kind: 'ppt' };
    for (const entry of entries) {
      const head = cfbStreamHead(source.bytes, entry);
      // [MS-DOC] 2.5.2: fEncrypted in the FIB.
      if (entry.name === 'WordDocument' && (u16(head, 10) & 0x0100) !== 0) return { status: 'encrypted', kind: 'doc' };
      if ((entry.name === 'Workbook' || entry.name === 'Book') && hasFilePass(head))
        return { status: 'encrypted', kind: 'xls' };
    }
    emitStrings(source, job);
    return { status: 'unsupportedType' };
  },
};

/** [MS-XLS] 2.4.117: a FilePass record soon after the first BOF. */
function hasFilePass(head: Uint8Array): boolean {
  for (let at = 0; at + 4 <= head.length; at += 4 + u16(head, at + 2)) if (u16(head, at) === 0x2f) return true;
  return false;
}
