// The files every demo starts with, made at start: each one is there to show what a policy does with it.
import { docx, type SampleLabel, xlsx } from './office-file.ts';
import { oleWorkbook } from './ole-file.ts';
import { pdf } from './pdf-file.ts';
import { png } from './png-file.ts';

export type StoredFile = {
  readonly folder: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
};

/** The label `confidential.docx` carries: organisation and label are made up. */
export const confidentialLabel: SampleLabel = {
  id: '7c1d9a54-0e2b-4c55-9d43-3b2f6a1e8c10',
  siteId: '2f0c6a38-51c4-4e0f-8a65-94b7d1c3e7aa',
  name: 'Confidential',
};

const wordType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const workbook = oleWorkbook([
  ['Region', 'Quarter', 'Revenue'],
  ['North', 'Q1', '120400'],
  ['South', 'Q1', '98700'],
]);

/** Bytes that neither compress nor repeat, the same at every start (xorshift32). */
function noise(length: number): Buffer {
  const words = new Uint32Array(length / 4);
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return Buffer.from(words.buffer);
}

const teamLunch = `Team lunch

Thursday at noon, the Italian place by the river. Please tell Robin by Tuesday if you come.
`;
const customerList = `Customer list

Name: Alex Morgan
SSN: 524-71-3862
Name: Kim Taylor
SSN: 418-52-6079
`;
const cards = `name,card number,expiry
Alex Morgan,4539 1488 0343 6467,04/29
Kim Taylor,5425 2334 3010 9903,11/28
`;

function documents(): StoredFile[] {
  const folder = 'documents';
  const text = 'text/plain; charset=utf-8';
  return [
    { folder, name: 'Team lunch.txt', type: text, bytes: Buffer.from(teamLunch) },
    { folder, name: 'Customer list.txt', type: text, bytes: Buffer.from(customerList) },
    { folder, name: 'report.docx', type: wordType, bytes: docx(['Quarterly report', 'Sales grew in every region.']) },
    {
      folder,
      name: 'confidential.docx',
      type: wordType,
      bytes: docx(['Strategy 2027', 'For the board only.'], confidentialLabel),
    },
    {
      folder,
      name: 'invoice.pdf',
      type: 'application/pdf',
      bytes: pdf(['Invoice 2026-0042', 'Amount due: 1,250.00 EUR']),
    },
  ];
}

function spreadsheets(): StoredFile[] {
  const folder = 'spreadsheets';
  const oldExcel = 'application/vnd.ms-excel';
  return [
    { folder, name: 'a.xls', type: oldExcel, bytes: workbook },
    { folder, name: 'A.XLS', type: oldExcel, bytes: workbook },
    // The name lies: a workbook that calls itself a picture.
    { folder, name: 'b.jpg', type: 'image/jpeg', bytes: workbook },
    {
      folder,
      name: 'c.xlsx',
      type: sheetType,
      bytes: xlsx([
        ['Region', 'Revenue'],
        ['North', '120400'],
      ]),
    },
    { folder, name: 'cards.csv', type: 'text/csv; charset=utf-8', bytes: Buffer.from(cards) },
  ];
}

/** Every sample file. `big.bin` is 5 MiB. */
export function sampleFiles(): StoredFile[] {
  return [
    ...documents(),
    ...spreadsheets(),
    { folder: 'media', name: 'skyline.png', type: 'image/png', bytes: png(128) },
    { folder: 'media', name: 'big.bin', type: 'application/octet-stream', bytes: noise(5 * 1024 * 1024) },
  ];
}
