// Plain text of any encoding; also what every other textual type falls back on.
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';

export const text: Format = {
  id: 'text',
  handles: (sniffed) => sniffed.id === 'text',
  async read(source, job) {
    job.emit({ place: source.place, text: decodeText(source.bytes) });
    return { status: 'complete' };
  },
};
