// Sensitivity labels of a file, by the label library.
import { inflateRawSync } from 'node:zlib';
import type { LabelReading } from '@gatehouse/contracts/inspection';
import { readLabels } from '@gatehouse/label/read';

/** Broken, encrypted or hostile files read as `unreadable`. */
export function readLabel(bytes: Uint8Array): LabelReading {
  return readLabels(bytes, { inflate: (raw, maxBytes) => inflateRawSync(raw, { maxOutputLength: maxBytes }) });
}
