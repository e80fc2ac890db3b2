// PDF: page text comes from the reader given as argument; XMP packets are read here, from the raw bytes.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import { indexOf } from '../bytes.ts';
import { decodeText } from '../charset.ts';
import type { Format, Job, Source } from '../format.ts';
import { createStripper } from '../markup.ts';
import { partPlace } from './package-part.ts';

export const pdf: Format = {
  id: 'pdf',
  handles: (sniffed) => sniffed.id === 'pdf',
  async read(source, job): Promise<ScanOutcome> {
    let words = 0;
    emitXmp(source, job);
    const result = await job.pdfText(source.bytes, (place, text) => {
      words += text.trim().length;
      job.emit({ place: partPlace(source, place), text });
    });
    if (result === 'encrypted') return { status: 'encrypted', kind: 'pdf' };
    if (result === 'corrupt') return { status: 'corrupt', where: 'pdf' };
    // Pictures of text: nothing was read, so nothing can be called clean.
    return words === 0 || result === 'partly'
      ? { status: 'partial', reason: 'unsupportedType' }
      : { status: 'complete' };
  },
};

function emitXmp(source: Source, job: Job): void {
  const { bytes } = source;
  for (let at = indexOf(bytes, '<x:xmpmeta'), found = 0; at >= 0 && found < 100; found++) {
    const end = indexOf(bytes, '</x:xmpmeta>', at);
    if (end < 0) return;
    const stripper = createStripper({ lines: 'all', attributes: 'all', allowDoctype: true });
    const xml = decodeText(bytes.subarray(at, Math.min(end, at + (1 << 20))));
    job.emit({ place: partPlace(source, 'metadata'), text: stripper.push(xml) + stripper.end() });
    at = indexOf(bytes, '<x:xmpmeta', end);
  }
}
