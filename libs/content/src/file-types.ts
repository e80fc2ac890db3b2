// What each detected type is called: MIME type, kind, its own extensions first, then those that are no mismatch.
import type { fileTypes } from '@gatehouse/contracts/vocabulary';

export type FileKind = (typeof fileTypes)[number];

export type FileType = {
  readonly mime: string;
  readonly kind: FileKind;
  /** Extensions of the type itself: facts for `file.extension`. */
  readonly extensions: readonly string[];
  /** Further extensions under which these bytes are no surprise. */
  readonly alsoNamed?: readonly string[];
};

const plainTextNames =
  'txt text log md csv tsv json jsonl ndjson html htm xhtml xml svg yaml yml ini conf cfg js ts mjs css sql py sh eml ics vcf rtf pem'.split(
    ' ',
  );
const office = 'application/vnd.openxmlformats-officedocument.';
const odf = 'application/vnd.oasis.opendocument.';

export const types = {
  docx: {
    mime: `${office}wordprocessingml.document`,
    kind: 'document',
    extensions: ['docx'],
    alsoNamed: ['docm', 'dotx', 'dotm'],
  },
  xlsx: {
    mime: `${office}spreadsheetml.sheet`,
    kind: 'spreadsheet',
    extensions: ['xlsx'],
    alsoNamed: ['xlsm', 'xltx', 'xltm', 'xlsb', 'xlam'],
  },
  pptx: {
    mime: `${office}presentationml.presentation`,
    kind: 'presentation',
    extensions: ['pptx'],
    alsoNamed: ['pptm', 'potx', 'potm', 'ppsx', 'ppsm'],
  },
  odt: { mime: `${odf}text`, kind: 'document', extensions: ['odt'], alsoNamed: ['ott'] },
  ods: { mime: `${odf}spreadsheet`, kind: 'spreadsheet', extensions: ['ods'], alsoNamed: ['ots'] },
  odp: { mime: `${odf}presentation`, kind: 'presentation', extensions: ['odp'], alsoNamed: ['otp'] },
  doc: { mime: 'application/msword', kind: 'document', extensions: ['doc'], alsoNamed: ['dot'] },
  xls: { mime: 'application/vnd.ms-excel', kind: 'spreadsheet', extensions: ['xls'], alsoNamed: ['xlt', 'xla'] },
  ppt: { mime: 'application/vnd.ms-powerpoint', kind: 'presentation', extensions: ['ppt'], alsoNamed: ['pot', 'pps'] },
  msg: { mime: 'application/vnd.ms-outlook', kind: 'document', extensions: ['msg'] },
  encryptedOffice: {
    mime: 'application/x-encrypted-office',
    kind: 'document',
    extensions: [],
    alsoNamed: 'docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm potx ppsx'.split(' '),
  },
  ole: {
    mime: 'application/x-ole-storage',
    kind: 'other',
    extensions: [],
    alsoNamed: 'doc dot xls xlt ppt pps msg msi pub vsd mpp'.split(' '),
  },
  pdf: { mime: 'application/pdf', kind: 'document', extensions: ['pdf'] },
  rtf: { mime: 'application/rtf', kind: 'document', extensions: ['rtf'], alsoNamed: ['doc'] },
  zip: { mime: 'application/zip', kind: 'archive', extensions: ['zip'], alsoNamed: ['jar', 'apk', 'epub'] },
  gzip: { mime: 'application/gzip', kind: 'archive', extensions: ['gz'], alsoNamed: ['tgz'] },
  sevenZip: { mime: 'application/x-7z-compressed', kind: 'archive', extensions: ['7z'] },
  rar: { mime: 'application/vnd.rar', kind: 'archive', extensions: ['rar'] },
  png: { mime: 'image/png', kind: 'image', extensions: ['png'] },
  jpeg: { mime: 'image/jpeg', kind: 'image', extensions: ['jpg', 'jpeg'], alsoNamed: ['jfif'] },
  gif: { mime: 'image/gif', kind: 'image', extensions: ['gif'] },
  webp: { mime: 'image/webp', kind: 'image', extensions: ['webp'] },
  bmp: { mime: 'image/bmp', kind: 'image', extensions: ['bmp'] },
  tiff: { mime: 'image/tiff', kind: 'image', extensions: ['tif', 'tiff'] },
  pe: {
    mime: 'application/vnd.microsoft.portable-executable',
    kind: 'executable',
    extensions: ['exe'],
    alsoNamed: ['dll', 'sys', 'scr', 'com'],
  },
  elf: { mime: 'application/x-elf', kind: 'executable', extensions: ['elf'], alsoNamed: ['so', 'bin'] },
  eml: {
    mime: 'message/rfc822',
    kind: 'document',
    extensions: ['eml'],
    alsoNamed: [...plainTextNames, 'mht', 'mhtml'],
  },
  csv: { mime: 'text/csv', kind: 'text', extensions: ['csv'], alsoNamed: plainTextNames },
  html: { mime: 'text/html', kind: 'text', extensions: ['html', 'htm'], alsoNamed: plainTextNames },
  json: { mime: 'application/json', kind: 'text', extensions: ['json'], alsoNamed: plainTextNames },
  xml: { mime: 'application/xml', kind: 'text', extensions: ['xml'], alsoNamed: plainTextNames },
  text: { mime: 'text/plain', kind: 'text', extensions: ['txt'], alsoNamed: plainTextNames },
  empty: { mime: 'application/x-empty', kind: 'other', extensions: [] },
  unknown: { mime: 'application/octet-stream', kind: 'other', extensions: [] },
} as const satisfies Record<string, FileType>;

export type FileTypeId = keyof typeof types;

/** Every extension this catalogue has an opinion on. */
export const knownExtensions: ReadonlySet<string> = new Set(
  Object.values<FileType>(types).flatMap((type) => [...type.extensions, ...(type.alsoNamed ?? [])]),
);
