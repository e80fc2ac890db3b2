// Small PDF files for tests, written by hand.

export type PdfFixture = { readonly pages: readonly string[]; readonly title?: string; readonly encrypted?: boolean };

/** One line of Helvetica per page; a title in the document information; optionally a password nobody knows. */
export function pdf({ pages, title = '', encrypted = false }: PdfFixture): Uint8Array {
  const objects: string[] = [];
  const kids = pages.map((_, i) => `${4 + i * 2} 0 R`).join(' ');
  objects[1] = '<</Type/Catalog/Pages 2 0 R>>';
  objects[2] = `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`;
  objects[3] = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';
  pages.forEach((text, i) => {
    const stream = `BT /F1 12 Tf 72 700 Td (${text}) Tj ET`;
    objects[4 + i * 2] =
      `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents ${5 + i * 2} 0 R>>`;
    objects[5 + i * 2] = `<</Length ${stream.length}>>stream\n${stream}\nendstream`;
  });
  const info = objects.length;
  objects[info] = `<</Title(${title})>>`;
  const secret = `/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O(${'o'.repeat(32)})/U(${'u'.repeat(32)})>>/ID[(0123456789abcdef)(0123456789abcdef)]`;
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, number) => {
    const offset = body.length;
    body += `${number} 0 obj${object}endobj\n`;
    return offset;
  });
  const xref = objects.slice(1).map((_, i) => `${String(offsets[i + 1]).padStart(10, '0')} 00000 n \n`);
  const trailer = `<</Size ${objects.length}/Root 1 0 R/Info ${info} 0 R${encrypted ? secret : ''}>>`;
  body += `xref\n0 ${objects.length}\n0000000000 65535 f \n${xref.join('')}trailer${trailer}\nstartxref\n${body.length}\n%%EOF`;
  return new TextEncoder().encode(body);
}
