// Mail (RFC 5322, MIME): header fields with encoded words decoded, bodies, attachments as files of their own.
import PostalMime from 'postal-mime';
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';
import { createStripper } from '../markup.ts';
import { joinOutcomes } from '../outcome.ts';
import { partPlace } from './package-part.ts';

const lines = new Set('p div li tr td th h1 h2 h3 h4 br title'.split(' '));

export const eml: Format = {
  id: 'eml',
  handles: (sniffed) => sniffed.id === 'eml',
  async read(source, job) {
    const place = (part: string) => partPlace(source, part);
    job.emit({ place: place('source'), text: decodeText(source.bytes) });
    const mail = await PostalMime.parse(source.bytes, { maxNestingDepth: 20, attachmentEncoding: 'arraybuffer' });
    const headers = mail.headers.map(({ key, value }) => `${key}: ${value}`).join('\n');
    job.emitView({ place: place('headers'), text: `${mail.subject ?? ''}\n${headers}` });
    if (mail.text !== undefined) job.emitView({ place: place('body'), text: mail.text });
    if (mail.html !== undefined) {
      const stripper = createStripper({ lines, attributes: 'all', allowDoctype: true });
      job.emitView({ place: place('body'), text: stripper.push(mail.html) + stripper.end() });
    }
    const outcomes = [];
    for (const attachment of mail.attachments) {
      if (source.depth > job.budget.limits.depth) return { status: 'tooLarge', limit: 'depth' };
      job.budget.spendEntry();
      const { content } = attachment;
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
      outcomes.push(await job.nested(source, attachment.filename ?? 'attachment', bytes));
    }
    return joinOutcomes(outcomes);
  },
};
