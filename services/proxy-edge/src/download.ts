// The path of one download: ask the PDP, hold and inspect if it needs more, ask again, enforce, record.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Recognition } from '@gatehouse/activity/recognise';
import { field, headerFields } from '@gatehouse/activity/request-kind';
import { extensionOf, type Sniffed, typeMismatch } from '@gatehouse/content/sniff';
import type { Activity } from '@gatehouse/contracts/activity';
import type { FileFacts, Verdict } from '@gatehouse/contracts/decision';
import { broken, type Decided } from '@gatehouse/enforcement/decision.client';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import type { Body } from './body-head.ts';
import { decisionOf } from './decision-request.ts';
import { deliverBlocked } from './deliver.ts';
import type { Edge } from './edge.ts';
import { type Exchange, isGone, sendHead, sendProblem } from './exchange.ts';
import { BrowserLeftError, fullyInspected, type Held, hold, learn } from './hold.ts';
import { cut, type Slice, sliceOf } from './range.ts';
import { downloadFacts } from './recorded-facts.ts';
import { activityOf, newDecision, type Outcome, scanOf } from './recording.ts';
import { SpoolFullError } from './spool.ts';

export type Download = {
  readonly upstream: IncomingMessage;
  readonly body: Body;
  readonly recognition: Recognition;
  readonly sniffed: Sniffed;
  /** Answer to a HEAD request that was fetched whole: headers only. */
  readonly headOnly: boolean;
};

type Ids = ReturnType<typeof newDecision>;

/** Decides and answers one recognised download. */
export async function handleDownload(edge: Edge, exchange: Exchange, download: Download): Promise<void> {
  const ids = newDecision(Date.now());
  const facts = fileFacts(download);
  const first = await ask(edge, exchange, ids, facts);
  if (first.answer.type === 'verdict') return finish(edge, exchange, download, ids, first, undefined);
  // A part says nothing about the whole, and together with other parts it is the whole.
  if (download.upstream.statusCode === 206)
    return finish(edge, exchange, download, ids, broken(ids.id, 'a part of a file cannot be inspected'), undefined);
  const left = new AbortController();
  const leave = () => left.abort(new BrowserLeftError('the browser left before the verdict'));
  exchange.response.once('close', leave);
  if (isGone(exchange.response)) leave();
  let held: Held;
  try {
    held = await hold(edge, download, ids.id, first.answer.needs, left.signal);
  } catch (error) {
    return notHeld(edge, exchange, download, ids, error);
  }
  try {
    await finish(edge, exchange, download, ids, await decideHeld(edge, exchange, ids, facts, held), held);
  } finally {
    await held.spool.close();
  }
}

/** No room, or nobody there: no byte leaves, and that is on record like every other outcome. */
async function notHeld(edge: Edge, exchange: Exchange, download: Download, ids: Ids, error: unknown): Promise<void> {
  const full = error instanceof SpoolFullError;
  if (!full && !(error instanceof BrowserLeftError)) throw error;
  download.upstream.destroy();
  const retry = ['retry-after', '30'];
  const reference = full ? sendProblem(exchange, 503, { title: 'busyTitle', text: 'busyText' }, retry) : ids.reference;
  const outcome: Outcome = {
    ...whatItIs(download, undefined),
    scan: { status: 'failed', reason: full ? 'spoolFull' : 'browserLeft', findings: [] },
    appliedAction: full ? 'defaultBlock' : 'none',
    reason: full ? 'UNSCANNABLE_SCANNER_DOWN' : 'NO_MATCH',
    cause: full
      ? 'blocked due to default behaviour: no room to hold the file while it is checked'
      : 'the browser left before the verdict, nothing was delivered',
  };
  await edge.activities.record(activityOf(exchange, { ...ids, reference }, outcome));
}

async function decideHeld(edge: Edge, exchange: Exchange, ids: Ids, facts: FileFacts, held: Held): Promise<Decided> {
  if (held.inspected?.type === 'broken') return broken(ids.id, 'the content scanner gave a broken answer');
  return certain(await ask(edge, exchange, ids, learn(facts, held)), ids.id);
}

/** An answer that still needs something after everything was learned is broken: it blocks. */
function certain(decided: Decided, decisionId: string): Decided {
  return decided.answer.type === 'verdict' ? decided : broken(decisionId, 'the policy decision did not end');
}

function fileFacts({ recognition, sniffed, upstream }: Download): FileFacts {
  const name = recognition.fileName;
  const extensions = new Set([...sniffed.extensions, extensionOf(name)].filter((each) => each !== undefined));
  return {
    ...(name ? { name, typeMismatch: typeMismatch(name, sniffed) } : {}),
    extensions: [...extensions],
    types: [sniffed.kind, sniffed.mime],
    size: declaredSize(upstream),
    label: { state: 'pending' },
    content: { state: 'pending' },
    malware: { state: 'pending' },
  };
}

/** Node holds an app to the length it declares, so that it need not be measured. */
function declaredSize({ statusCode, headers }: IncomingMessage): FileFacts['size'] {
  const length = headers['content-length'];
  if (statusCode === 206 || headers['content-encoding'] !== undefined || length === undefined)
    return { state: 'pending' };
  return { state: 'known', bytes: Number(length) };
}

function ask(edge: Edge, exchange: Exchange, ids: Ids, file: FileFacts): Promise<Decided> {
  const request = decisionOf(exchange, ids.id, 'download', file);
  const settings = edge.catalogue.settings();
  return edge.decisions.decide(request, { app: exchange.app, settings, now: Date.now() });
}

async function finish(
  edge: Edge,
  exchange: Exchange,
  download: Download,
  ids: Ids,
  decided: Decided,
  held: Held | undefined,
) {
  if (decided.answer.type !== 'verdict') throw new Error('a verdict was expected');
  const { verdict, trace, stale, evaluationMs } = decided.answer;
  const unrecorded = edge.activities.full() ? 'blocked due to default behaviour: the activity log is full' : undefined;
  const refused = verdict.action !== 'allow' || unrecorded !== undefined;
  const cause = decided.cause ?? causeOf(verdict) ?? unrecorded;
  const outcome: Outcome = {
    ...whatItIs(download, held),
    facts: downloadFacts(exchange, fileFacts(download), held, download.upstream.statusCode === 206),
    verdict,
    trace,
    stale,
    cause,
    reason: verdict.reason,
    appliedAction: appliedAction(verdict, refused),
    timings: {
      evaluate: evaluationMs,
      ...(held?.inspected?.type === 'result' ? { scan: held.inspected.result.scanMs } : {}),
    },
  };
  if (!refused) return deliverOriginal(edge, exchange, download, ids, outcome, held);
  download.upstream.destroy();
  const delivered = deliverBlocked(
    exchange,
    { fileName: download.recognition.fileName, verdict, cause, reference: ids.reference, answer: download.upstream },
    edge.catalogue.settings(),
    edge.restricted,
  );
  await edge.activities.record(
    activityOf(exchange, ids, { ...outcome, sha256Delivered: delivered.sha256, bytesDown: delivered.bytes }),
  );
}

/** The columns that do not depend on the verdict. */
function whatItIs(download: Download, held: Held | undefined) {
  const { recognition, sniffed } = download;
  const { fileName: name, activityType } = recognition;
  const label = held?.inspected?.type === 'result' ? held.inspected.result.label : undefined;
  const object = {
    ...(name ? { name, typeMismatch: typeMismatch(name, sniffed) } : {}),
    ...sizeOf(download, held),
    detectedType: sniffed.mime,
    ...(label ? { labels: label } : {}),
  };
  const original = held?.sha256 ? { sha256Original: held.sha256 } : {};
  return { activityType, recognition, object, scan: scanColumn(held), ...original };
}

function sizeOf({ upstream }: Download, held: Held | undefined): { size?: number } {
  const declared = declaredSize(upstream);
  if (held && !held.rest) return { size: held.spool.size };
  return declared.state === 'known' ? { size: declared.bytes } : {};
}

function appliedAction(verdict: Verdict, refused: boolean): Activity['appliedAction'] {
  if (verdict.dueToDefault) return refused ? 'defaultBlock' : 'defaultAllow';
  if (refused) return 'block';
  return verdict.matched.length > 0 ? 'allow' : 'none';
}

function scanColumn(held: Held | undefined): Activity['scan'] {
  if (!held?.inspected) return { status: 'notRequested', findings: [] };
  if (held.inspected.type === 'broken') return { status: 'failed', reason: 'broken', findings: [] };
  if (held.inspected.type === 'failed') return { status: 'failed', reason: held.inspected.reason, findings: [] };
  return scanOf(held.inspected.result);
}

const causes: Partial<Record<Verdict['reason'], string>> = {
  UNSCANNABLE_SCANNER_DOWN: 'the content scanner is unreachable',
  UNSCANNABLE_TIMEOUT: 'checking the content took too long',
  LABELER_FAILED: 'the file could not be protected',
};

function causeOf(verdict: Verdict): string | undefined {
  const cause = verdict.dueToDefault ? causes[verdict.reason] : undefined;
  return cause && `${verdict.action === 'allow' ? 'allowed' : 'blocked'} due to default behaviour: ${cause}`;
}

/** The original bytes, from the spool or straight through; hash and size are measured on the way. */
async function deliverOriginal(
  edge: Edge,
  exchange: Exchange,
  download: Download,
  ids: Ids,
  outcome: Outcome,
  held: Held | undefined,
) {
  const { response } = exchange;
  const whole = held && !held.rest ? held.spool.size : undefined;
  const lines = originalHead(exchange, download, held);
  const slice = whole === undefined ? wholeFile : requestedSlice(exchange, download, lines, whole);
  sendHead(response, statusOf(slice, download.upstream), whole === undefined ? lines : framed(lines, slice, whole));
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    if (!download.headOnly && slice.type !== 'unsatisfiable') {
      const all = bytesOf(download, held);
      for await (const chunk of slice.type === 'part' ? cut(all, slice.start, slice.end) : all) {
        await write(exchange, chunk);
        if (isGone(response)) break;
        hash.update(chunk);
        bytes += chunk.length;
      }
    }
    response.end();
  } finally {
    // Also what broke off is on record, with the bytes that had left by then.
    const sha256 = hash.digest('hex');
    const complete = whole === undefined ? download.upstream.complete : bytes === whole;
    const measured = download.headOnly
      ? { bytesDown: 0 }
      : { ...(complete ? completed(outcome, sha256, bytes) : {}), sha256Delivered: sha256, bytesDown: bytes };
    if (held && !fullyInspected(held)) edge.unscanned(bytes);
    await edge.activities.record(activityOf(exchange, ids, { ...outcome, ...measured }));
  }
}

const completed = (outcome: Outcome, sha256Original: string, size: number) => ({
  sha256Original,
  object: { ...outcome.object, size },
});

function statusOf(slice: Slice, upstream: IncomingMessage): number {
  if (slice.type === 'whole') return upstream.statusCode ?? 200;
  return slice.type === 'part' ? 206 : 416;
}

const wholeFile: Slice = { type: 'whole' };

/** The whole was judged, so a part may go: out of the spool, for the app was asked for everything. */
function requestedSlice(
  { method, headers }: Exchange,
  { upstream, headOnly }: Download,
  lines: readonly string[],
  size: number,
): Slice {
  if (method !== 'GET' || headOnly || upstream.statusCode !== 200) return wholeFile;
  const sent = headerFields(lines);
  const [range, ifRange] = [field(headers, 'range'), field(headers, 'if-range')];
  return sliceOf({ range, ifRange, etag: field(sent, 'etag'), lastModified: field(sent, 'last-modified'), size });
}

function originalHead(exchange: Exchange, { upstream }: Download, held: Held | undefined): string[] {
  return responseHeaders(upstream.rawHeaders, {
    codec: exchange.mapping.codec,
    domain: exchange.domain,
    edgeCookies: exchange.edgeCookies,
    body: upstream.headers['content-encoding'] === undefined ? 'pass' : 'transformed',
    noStore: held !== undefined,
  });
}

async function* bytesOf({ body }: Download, held: Held | undefined): AsyncGenerator<Buffer> {
  if (!held) return yield* body.chunks;
  yield* held.spool.read();
  if (held.rest) yield* held.rest;
}

/** Length, and which part it is, of what comes out of the spool. */
function framed(lines: readonly string[], slice: Slice, size: number): string[] {
  const kept = lines.flatMap((name, at) =>
    at % 2 === 0 && !['content-length', 'accept-ranges', 'content-range'].includes(name.toLowerCase())
      ? [name, lines[at + 1] ?? '']
      : [],
  );
  kept.push('accept-ranges', 'bytes');
  switch (slice.type) {
    case 'whole':
      return [...kept, 'content-length', String(size)];
    case 'part': {
      const { start, end } = slice;
      return [...kept, 'content-range', `bytes ${start}-${end}/${size}`, 'content-length', String(end - start + 1)];
    }
    case 'unsatisfiable':
      return [...kept, 'content-range', `bytes */${size}`, 'content-length', '0'];
  }
}

/** Writes to the client; resolves when it takes more, or is gone. */
export async function write({ response }: Pick<Exchange, 'response'>, chunk: Buffer): Promise<void> {
  if (isGone(response) || (response as NodeJS.WritableStream).write(chunk) || isGone(response)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
