// Bytes to a dlp-scanner while they arrive; a scanner that is away, slow or broken is a value, not an exception.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { type InspectionResult, inspectionOpen, inspectionResultSchema } from '@gatehouse/contracts/inspection';
import type { UnscannableReason } from '@gatehouse/contracts/reason';
import type { Messaging } from '@gatehouse/messaging/messaging';

export type Inspected =
  | { readonly type: 'result'; readonly result: InspectionResult }
  | { readonly type: 'failed'; readonly reason: UnscannableReason }
  /** An answer that is none: always blocks (SPEC section 11). */
  | { readonly type: 'broken' };

export type InspectionRequest = {
  readonly decisionId: string;
  readonly fileName?: string;
  readonly declaredType?: string;
  readonly types: string[];
  readonly source: 'content' | 'fileName' | 'both';
  readonly readLabel: boolean;
};

export type Inspection = {
  /** Never throws; after a failure further bytes are ignored. */
  write(chunk: Buffer): Promise<void>;
  end(): Promise<Inspected>;
  abort(): void;
};

/** From the end of the file to the result (SPEC section 4: 30 s). */
const resultDeadlineMs = 30_000;
/** A scanner that takes no bytes for this long must not hold up the app's answer. */
const stalledMs = 35_000;
const largestResult = 4 * 1024 * 1024;

/** Opens an inspection; the answer `undefined` means no scanner is there. */
export async function openInspection(
  messaging: Messaging,
  request: InspectionRequest,
): Promise<Inspection | undefined> {
  const lent = await messaging.request(inspectionOpen, request).catch(() => undefined);
  return lent && streamTo(lent.url, lent.token);
}

function streamTo(url: string, token: string): Inspection {
  const sent = httpRequest(url, { method: 'POST', agent: false, headers: { authorization: `Bearer ${token}` } });
  let dead = false;
  const result = new Promise<Inspected>((resolve) => {
    const fail = () => {
      dead = true;
      sent.destroy();
      resolve({ type: 'failed', reason: 'scannerDown' });
    };
    sent.setTimeout(stalledMs, fail);
    sent.on('error', fail);
    let answered = false;
    sent.on('close', () => answered || fail());
    sent.on('response', (response) => {
      answered = true;
      readAnswer(response).then(resolve, fail);
    });
  });
  return {
    async write(chunk) {
      if (!dead && !sent.write(chunk)) await drained(sent);
    },
    async end() {
      if (!dead) sent.end();
      const settled = await inTime(result);
      sent.destroy();
      return settled;
    },
    abort() {
      dead = true;
      sent.destroy();
    },
  };
}

function drained(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sent.off('drain', done).off('close', done);
      resolve();
    };
    sent.on('drain', done).on('close', done);
  });
}

async function inTime(result: Promise<Inspected>): Promise<Inspected> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Inspected>((resolve) => {
    timer = setTimeout(() => resolve({ type: 'failed', reason: 'timeout' }), resultDeadlineMs);
  });
  const settled = await Promise.race([result, late]);
  clearTimeout(timer);
  return settled;
}

async function readAnswer(response: IncomingMessage): Promise<Inspected> {
  if (response.statusCode !== 200) return { type: 'failed', reason: 'scannerDown' };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestResult) return { type: 'broken' };
    chunks.push(chunk);
  }
  return parse(Buffer.concat(chunks));
}

function parse(bytes: Buffer): Inspected {
  try {
    return { type: 'result', result: inspectionResultSchema.parse(JSON.parse(bytes.toString('utf8'))) };
  } catch {
    return { type: 'broken' };
  }
}
