// 7z and rar are not read; their headers say if that is because of a password (where the flag is in the clear).

import { indexOf, startsWith, u16 } from '../bytes.ts';
import type { Format } from '../format.ts';

export const lockedArchive: Format = {
  id: 'lockedArchive',
  handles: (sniffed) => sniffed.id === 'rar' || sniffed.id === 'sevenZip',
  async read({ bytes }) {
    // RAR 4: MHD_PASSWORD in the archive header; RAR 5: header type 4 is the encryption header.
    const rar4 = startsWith(bytes, 'Rar!\x1a\x07\0') && (u16(bytes, 10) & 0x80) !== 0;
    const rar5 = startsWith(bytes, 'Rar!\x1a\x07\x01\0') && bytes[13] === 4;
    // 7z: the AES-256 coder named in a header that is itself not encrypted.
    if (indexOf(bytes, '\x06\xf1\x07\x01', Math.max(0, bytes.length - 4096)) >= 0)
      return { status: 'encrypted', kind: '7z' };
    return rar4 || rar5 ? { status: 'encrypted', kind: 'rar' } : { status: 'unsupportedType' };
  },
};
