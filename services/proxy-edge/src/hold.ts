// Holding a file: into the encrypted spool and, at the same time, to a scanner; the browser gets nothing meanwhile.
import type { FileFacts, Needs } from '@gatehouse/contracts/decision';
import { labelValues } from '@gatehouse/label/values';
import type { Download } from './download.ts';
import type { Edge } from './edge.ts';
import { type Inspected, type Inspection, openInspection } from './inspection.client.ts';
import { Spool } from './spool.ts';

export type Held = {
  readonly needs: Needs;
  readonly spool: Spool;
  /** SHA-256 of the whole file; absent where it is over the cap, so that its rest was not read. */
  readonly sha256: string | undefined;
  /** Absent where neither content nor label was asked for. */
  readonly inspected: Inspected | undefined;
  /** The bytes behind the spooled ones. */
  readonly rest: AsyncIterable<Buffer> | undefined;
};

/** Nobody waits for the verdict any more: nothing was delivered. */
export class BrowserLeftError extends Error {
  readonly code = 'BROWSER_LEFT';
}

/**
 * Spools the whole file, or as much as may be inspected; `left` ends the scan. Throws SpoolFullError, the reason of
 * `left`, and whatever the app's end throws.
 */
export async function hold(
  edge: Edge,
  download: Download,
  decisionId: string,
  needs: Needs,
  left: AbortSignal,
): Promise<Held> {
  const spool = await Spool.create(edge.config.SPOOL_DIR, edge.quota);
  const wanted = needs.content.length > 0 || needs.label;
  const open = async () => {
    if (!wanted) return undefined;
    const opened = await openInspection(edge.messaging, inspectionOf(download, decisionId, needs));
    left.addEventListener('abort', () => opened?.abort(), { once: true });
    return opened;
  };
  const inspection = await open();
  try {
    const most = wanted ? edge.catalogue.settings().maxFileBytes : Number.POSITIVE_INFINITY;
    const rest = await fill(spool, inspection, download.body.chunks, most);
    const sha256 = await spool.finish();
    if (rest) {
      inspection?.abort();
      return { needs, spool, sha256: undefined, inspected: { type: 'failed', reason: 'tooLarge' }, rest };
    }
    let inspected = await inspection?.end();
    left.throwIfAborted();
    // One retry: the spool is replayed to whichever instance has room now.
    if (wanted && (!inspected || (inspected.type === 'failed' && inspected.reason === 'scannerDown'))) {
      const again = await open();
      if (again) for await (const chunk of spool.read()) await again.write(chunk);
      inspected = (await again?.end()) ?? { type: 'failed', reason: 'scannerDown' };
      left.throwIfAborted();
    }
    return { needs, spool, sha256, inspected: sameFile(inspected, sha256, spool.size), rest: undefined };
  } catch (error) {
    inspection?.abort();
    await spool.close();
    // The app's stream breaks off as well when the browser leaves: that is the effect, not the cause.
    throw left.aborted ? left.reason : error;
  }
}

/** Gives what is left once `most` bytes are in the spool; undefined if all is in. */
async function fill(
  spool: Spool,
  inspection: Inspection | undefined,
  chunks: AsyncIterable<Buffer>,
  most: number,
): Promise<AsyncIterable<Buffer> | undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next();
    if (next.done) return undefined;
    if (spool.size + next.value.length > most) return startingWith(next.value, iterator);
    await spool.append(next.value);
    await inspection?.write(next.value);
  }
}

async function* startingWith(first: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}

/** A result about other bytes than ours is no result: it blocks. */
function sameFile(inspected: Inspected | undefined, sha256: string, size: number): Inspected | undefined {
  if (inspected?.type !== 'result') return inspected;
  return inspected.result.sha256 === sha256 && inspected.result.size === size ? inspected : { type: 'broken' };
}

function inspectionOf({ recognition, upstream }: Download, decisionId: string, needs: Needs) {
  const declared = upstream.headers['content-type'];
  return {
    decisionId,
    ...(recognition.fileName ? { fileName: recognition.fileName } : {}),
    ...(declared ? { declaredType: declared } : {}),
    types: needs.content,
    source: needs.contentSource,
    readLabel: needs.label,
  };
}

/** Whether everything that a policy wanted to know was learned from the whole file. */
export function fullyInspected({ needs, inspected }: Held): boolean {
  if (needs.malware) return false;
  return !inspected || (inspected.type === 'result' && inspected.result.outcome.status === 'complete');
}

/** The facts after holding: nothing stays pending. */
export function learn(facts: FileFacts, held: Held): FileFacts {
  const { needs, inspected, spool, rest } = held;
  const known = facts.size.state === 'known' ? facts.size.bytes : 0;
  const size = { state: 'known', bytes: rest ? Math.max(known, spool.size + 1) : spool.size } as const;
  // No malware engine is attached: a policy on it sees the scanner as down, and its cell decides.
  const malware = { state: 'unscannable', reason: 'scannerDown' } as const;
  if (!inspected)
    return { ...facts, size, malware, content: { state: 'known', matches: [] }, label: { state: 'known', labels: [] } };
  if (inspected.type !== 'result') {
    const reason = inspected.type === 'failed' ? inspected.reason : 'scannerDown';
    const unknown = { state: 'unscannable', reason } as const;
    return { ...facts, size, malware, content: { ...unknown, matches: [] }, label: unknown };
  }
  const { outcome, matches, label } = inspected.result;
  const reason =
    outcome.status === 'partial'
      ? partialReason(outcome.reason)
      : outcome.status === 'complete'
        ? undefined
        : outcome.status;
  // A label that was asked for and is not in the answer was not read.
  const labels = label ? labelValues(label) : needs.label ? ['unreadable'] : [];
  return {
    ...facts,
    size,
    malware,
    content: reason ? { state: 'unscannable', reason, matches } : { state: 'known', matches },
    label: { state: 'known', labels },
  };
}

/** Unknown words count as too large, whose cell is the stricter one. */
function partialReason(reason: string) {
  const known = ['tooLarge', 'encrypted', 'corrupt', 'unsupportedType', 'timeout'] as const;
  return known.find((each) => each === reason) ?? 'tooLarge';
}
