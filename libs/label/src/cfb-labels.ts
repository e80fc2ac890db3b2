// OLE2: old Office files, and the shell around encrypted Office Open XML (MS-OFFCRYPTO 2.1, 2.6.3).
import type { LabelReading } from '@gatehouse/contracts/inspection';
import { type CompoundFile, isCompoundFile, openCompoundFile } from './cfb.ts';
import { readLabelInfo } from './label-info.ts';
import { type FoundLabel, labelsOf } from './msip.ts';
import { userDefinedProperties } from './property-set.ts';
import type { LabelFormat } from './read.ts';
import { readWhole } from './source.ts';

const spaces = '\u0006DataSpaces';
const labelInfo = `${spaces}/TransformInfo/LabelInfo`;
const drmTransform = `${spaces}/TransformInfo/DRMEncryptedTransform`;

function summaryLabels(file: CompoundFile): FoundLabel[] {
  const stream = file.stream('\u0005DocumentSummaryInformation');
  return stream && stream.length > 0 ? labelsOf(userDefinedProperties(stream)) : [];
}

/** A protected file stays protected even if what it says about its label is broken. */
function protectedReading(file: CompoundFile): LabelReading {
  try {
    const info = file.stream(labelInfo);
    return { state: 'protected', labels: info ? [...readLabelInfo(info).labels] : summaryLabels(file) };
  } catch {
    return { state: 'protected', labels: [] };
  }
}

export const cfbFormat: LabelFormat = {
  name: 'cfb',
  matches: isCompoundFile,
  read(source) {
    const file = openCompoundFile(readWhole(source));
    const managed = file.has(drmTransform) || file.has('\u0009DRMContent');
    if (managed) return protectedReading(file);
    if (file.has('EncryptionInfo') || file.has('EncryptedPackage')) return { state: 'unreadable', labels: [] };
    const labels = summaryLabels(file);
    return { state: labels.length > 0 ? 'labelled' : 'none', labels };
  },
};
