// Marks on real PDFs of the corpus.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { corpusFolder } from './corpus-folder.ts';
import { loadPdfium, mark, stamp, textsOf } from './pdf-marks.ts';

const documents = corpusFolder('dlp/documents');

it('real PDFs show every mark on every page and keep their own text', async () => {
  const library = await loadPdfium();
  const entries = readdirSync(documents, { recursive: true, withFileTypes: true });
  // One word each: where a file asks for right-to-left, PDFium turns brackets and word order round.
  const words = { header: 'HEADER', footer: 'FOOTER', watermark: 'WATERMARK' };
  const bare = (text: string) => text.replace(/HEADER|FOOTER|WATERMARK|\s+/g, '');
  let marked = 0;
  for (const entry of entries.filter(({ name }) => name.endsWith('.pdf'))) {
    const before = new Uint8Array(readFileSync(join(entry.parentPath, entry.name)));
    const after = mark(before, stamp, words);
    if (!Buffer.from(after).includes('_ContentBits (7)')) continue;
    marked++;
    const [old, now] = [await textsOf(library, before), await textsOf(library, after)];
    expect(now.map(bare), entry.name).toEqual(old.map(bare));
    for (const text of now) for (const word of Object.values(words)) expect(text, entry.name).toContain(word);
  }
  console.info(`marked ${marked} real PDFs`);
  expect(marked).toBeGreaterThan(20);
});
