// The generic protection container (.pfile, .ptxt, .pjpg …): always rights managed, its label inside the licence.
import { startsWith } from './bytes.ts';
import type { LabelFormat } from './read.ts';

export const pfileFormat: LabelFormat = {
  name: 'pfile',
  matches: (bytes) => startsWith(bytes, [0x2e, 0x70, 0x66, 0x69, 0x6c, 0x65]),
  read: () => ({ state: 'protected', labels: [] }),
};
