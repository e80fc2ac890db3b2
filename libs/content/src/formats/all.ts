// Every format the scanner reads. The first that handles a type reads it.
import type { Format } from '../format.ts';
import { csv } from './csv.ts';
import { eml } from './eml.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { lockedArchive } from './locked-archive.ts';
import { odf } from './odf.ts';
import { docx, pptx } from './office.ts';
import { ole } from './ole.ts';
import { pdf } from './pdf.ts';
import { rtf } from './rtf.ts';
import { unknown } from './strings.ts';
import { text } from './text.ts';
import { xlsx } from './xlsx.ts';
import { zip } from './zip.ts';

export const formats: readonly Format[] = [
  text,
  csv,
  json,
  html,
  eml,
  docx,
  xlsx,
  pptx,
  odf,
  pdf,
  rtf,
  zip,
  ole,
  lockedArchive,
  unknown,
];
