// HTML and XML: visible text and attribute values, then the source itself (scripts, styles, broken tags).
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';
import { createStripper } from '../markup.ts';
import { bodyLines } from './office.ts';

const lines = new Set('p div li tr td th h1 h2 h3 h4 h5 h6 title option label pre dt dd table body head'.split(' '));

export const html: Format = {
  id: 'html',
  handles: (sniffed) => sniffed.id === 'html' || sniffed.id === 'xml',
  async read(source, job) {
    const text = decodeText(source.bytes);
    job.emit({ place: source.place, text });
    // XML may be a document part under another name, whose runs must join; or data, whose fields must not.
    for (const lineTags of source.sniffed.id === 'xml' ? (['all', bodyLines] as const) : [lines]) {
      const stripper = createStripper({ lines: lineTags, attributes: 'all', allowDoctype: true });
      job.emitView({ place: source.place, text: stripper.push(text) + stripper.end() });
    }
    return { status: 'complete' };
  },
};
