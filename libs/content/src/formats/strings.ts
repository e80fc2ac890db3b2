// Files of no readable type: their plain and UTF-16 strings are looked at all the same. Hits count; no hit proves nothing.
import { latin1 } from '../bytes.ts';
import type { Format, Job, Source } from '../format.ts';

/** Emits what a `strings` tool would show, 8-bit and UTF-16 alike (zero bytes are dropped). */
export function emitStrings(source: Source, job: Job): void {
  const text = latin1(source.bytes, 0, Math.min(source.bytes.length, job.budget.charactersLeft() * 2));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what separates strings here
  const strings = text.replaceAll('\0', '').replace(/[\x01-\x08\x0e-\x1f\x7f-\x9f]+/g, '\n');
  job.emitView({ place: source.place, text: strings });
}

export const unknown: Format = {
  id: 'unknown',
  handles: (sniffed) => sniffed.id === 'unknown',
  async read(source, job) {
    emitStrings(source, job);
    return { status: 'unsupportedType' };
  },
};
