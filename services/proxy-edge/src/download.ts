// The path of one download: ask the PDP, hold and inspect if it needs more, ask again, enforce, record.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Recognition } from '@gatehouse/activity/recognise';
import { extensionOf, type Sniffed, typeMismatch } from '@gatehouse/content/sniff';
import type { Activity } from '@gatehouse/contracts/activity';
import type { DecisionRequest, FileFacts, Needs, Verdict } from '@gatehouse/contracts/decision';
import { labelValues } from '@gatehouse/label/values';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import type { Body } from './body-head.ts';
import { type Decided, defaultVerdict } from './decision.client.ts';
import { deliverBlocked } from './deliver.ts';
import type { Edge } from './edge.ts';
import { type Exchange, sendHead, sendProblem } from './exchange.ts';
import { type Inspected, openInspection } from './inspection.client.ts';
import { activityOf, newDecision, type Outcome, scanOf } from './recording.ts';
import { Spool, SpoolFullError } from './spool.ts';

export type Download = {
  readonly upstream: IncomingMessage;
  readonly body: Body;
  readonly recognition: Recognition;
  readonly sniffed: Sniffed;
  /** Answer to a HEAD request that was fetched whole: headers only. */
  readonly headOnly: boolean;
};

type Held = { readonly spool: Spool; readonly sha256: string; readonly inspected: Inspected | undefined };
type Ids = ReturnType<typeof newDecision>;

/** Decides and answers one recognised download. */
export async function handleDownload(edge: Edge, exchange: Exchange, download: Download): Promise<void> {
  const ids = newDecision(Date.now());
  const facts = fileFacts(download);
  const first = await ask(edge, exchange, ids, facts);
  if (first.answer.type === 'verdict') return finish(edge, exchange, download, ids, first, undefined);
  let held: Held;
  try {
    held = await hold(edge, download, ids, first.answer.needs);
  } catch (error) {
    if (!(error instanceof SpoolFullError)) throw error;
    download.upstream.destroy();
    sendProblem(exchange, 503, { title: 'busyTitle', text: 'busyText' }, ['retry-after', '30']);
    return;
  }
  try {
    const second = await ask(edge, exchange, ids, learn(facts, held, first.answer.needs));
    await finish(edge, exchange, download, ids, certain(second, ids.id), held);
  } finally {
    await held.spool.close();
  }
}

/** An answer that still needs something after everything was learned is broken: it blocks. */
function certain(decided: Decided, decisionId: string): Decided {
  if (decided.answer.type === 'verdict') return decided;
  return {
    answer: defaultVerdict(decisionId, 'block', 'DEFAULT_BROKEN'),
    cause: 'blocked due to default behaviour: the policy decision did not end',
  };
}

function fileFacts({ recognition, sniffed }: Download): FileFacts {
  const name = recognition.fileName;
  const extensions = new Set([...sniffed.extensions, extensionOf(name)].filter((each) => each !== undefined));
  return {
    ...(name ? { name, typeMismatch: typeMismatch(name, sniffed) } : {}),
    extensions: [...extensions],
    types: [sniffed.kind, sniffed.mime],
    size: { state: 'pending' },
    label: { state: 'pending' },
    content: { state: 'pending' },
    malware: { state: 'pending' },
  };
}

function ask(edge: Edge, exchange: Exchange, ids: Ids, file: FileFacts): Promise<Decided> {
  const { session } = exchange.live;
  const request: DecisionRequest = {
    decisionId: ids.id,
    scope: 'session',
    subject: {
      type: 'user',
      id: session.user,
      properties: {
        groups: session.groups,
        deviceTags: session.deviceTags,
        ...(session.certificateReason ? { certificateReason: session.certificateReason } : {}),
      },
    },
    action: { name: 'download' },
    resource: { type: 'app', id: exchange.app.id, properties: { host: exchange.domain.host, file } },
    context: exchange.context,
  };
  return edge.decisions.decide(request, exchange.app, edge.catalogue.settings());
}

/** Spools the whole file, and streams it to a scanner at the same time where content or label is needed. */
async function hold(edge: Edge, download: Download, ids: Ids, needs: Needs): Promise<Held> {
  const spool = await Spool.create(edge.config.SPOOL_DIR, edge.quota);
  try {
    const wanted = needs.content.length > 0 || needs.label;
    const open = () => (wanted ? openInspection(edge.messaging, inspectionOf(download, ids, needs)) : undefined);
    const inspection = await open();
    for await (const chunk of download.body.chunks) {
      await spool.append(chunk);
      await inspection?.write(chunk);
    }
    const sha256 = await spool.finish();
    let inspected = await inspection?.end();
    // One retry: the spool is replayed to whichever instance has room now.
    if (wanted && (!inspected || (inspected.type === 'failed' && inspected.reason === 'scannerDown'))) {
      const again = await open();
      if (again) for await (const chunk of spool.read()) await again.write(chunk);
      inspected = (await again?.end()) ?? { type: 'failed', reason: 'scannerDown' };
    }
    return { spool, sha256, inspected: sameFile(inspected, sha256) };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** A result about other bytes than ours is no result. */
function sameFile(inspected: Inspected | undefined, sha256: string): Inspected | undefined {
  if (inspected?.type === 'result' && inspected.result.sha256 !== sha256)
    return { type: 'failed', reason: 'scannerDown' };
  return inspected;
}

function inspectionOf(download: Download, ids: Ids, needs: Needs) {
  const { recognition, upstream } = download;
  const declared = upstream.headers['content-type'];
  return {
    decisionId: ids.id,
    ...(recognition.fileName ? { fileName: recognition.fileName } : {}),
    ...(declared ? { declaredType: declared } : {}),
    types: needs.content,
    source: needs.contentSource,
    readLabel: needs.label,
  };
}

/** The facts after holding: nothing stays pending. */
function learn(facts: FileFacts, held: Held, needs: Needs): FileFacts {
  const size = { state: 'known', bytes: held.spool.size } as const;
  // No malware engine is attached: a policy on it sees the scanner as down, and its cell decides.
  const malware = { state: 'unscannable', reason: 'scannerDown' } as const;
  const { inspected } = held;
  if (!inspected)
    return { ...facts, size, malware, content: { state: 'known', matches: [] }, label: { state: 'known', labels: [] } };
  if (inspected.type === 'failed') {
    const unknown = { state: 'unscannable', reason: inspected.reason } as const;
    return { ...facts, size, malware, content: { ...unknown, matches: [] }, label: unknown };
  }
  const { outcome, matches, label } = inspected.result;
  const reason =
    outcome.status === 'partial'
      ? partialReason(outcome.reason)
      : outcome.status === 'complete'
        ? undefined
        : outcome.status;
  return {
    ...facts,
    size,
    malware,
    content: reason ? { state: 'unscannable', reason, matches } : { state: 'known', matches },
    label: needs.label && label ? { state: 'known', labels: labelValues(label) } : { state: 'known', labels: [] },
  };
}

function partialReason(reason: string) {
  const known = ['tooLarge', 'encrypted', 'corrupt', 'unsupportedType', 'timeout'] as const;
  return known.find((each) => each === reason) ?? 'corrupt';
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
  const cause = decided.cause ?? causeOf(verdict);
  const refused = verdict.action !== 'allow' || edge.activities.full();
  const object = {
    ...(download.recognition.fileName ? { name: download.recognition.fileName } : {}),
    ...(held ? { size: held.spool.size } : {}),
    detectedType: download.sniffed.mime,
    ...(download.recognition.fileName
      ? { typeMismatch: typeMismatch(download.recognition.fileName, download.sniffed) }
      : {}),
    ...(held?.inspected?.type === 'result' && held.inspected.result.label
      ? { labels: held.inspected.result.label }
      : {}),
  };
  const outcome: Outcome = {
    activityType: 'download',
    recognition: download.recognition,
    object,
    verdict,
    trace,
    stale,
    cause,
    reason: verdict.reason,
    appliedAction: appliedAction(verdict, refused),
    scan: scanColumn(held),
    ...(held ? { sha256Original: held.sha256 } : {}),
    timings: {
      evaluate: evaluationMs,
      ...(held?.inspected?.type === 'result' ? { scan: held.inspected.result.scanMs } : {}),
    },
  };
  if (!refused) return deliverOriginal(edge, exchange, download, ids, outcome, held);
  download.upstream.destroy();
  const delivered = deliverBlocked(
    exchange,
    { fileName: download.recognition.fileName, verdict, cause, reference: ids.reference },
    edge.catalogue.settings(),
    edge.restricted,
  );
  await edge.activities.record(
    activityOf(exchange, ids, { ...outcome, sha256Delivered: delivered.sha256, bytesDown: delivered.bytes }),
  );
}

function appliedAction(verdict: Verdict, refused: boolean): Activity['appliedAction'] {
  if (verdict.dueToDefault) return refused ? 'defaultBlock' : 'defaultAllow';
  if (refused) return 'block';
  return verdict.matched.length > 0 ? 'allow' : 'none';
}

function scanColumn(held: Held | undefined): Activity['scan'] {
  if (!held?.inspected) return { status: 'notRequested', findings: [] };
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
  const { upstream } = download;
  const coded = upstream.headers['content-encoding'] !== undefined;
  const { codec } = exchange.mapping;
  const lines = responseHeaders(upstream.rawHeaders, {
    codec,
    domain: exchange.domain,
    edgeCookies: exchange.edgeCookies,
    body: coded ? 'transformed' : 'pass',
    noStore: held !== undefined,
  });
  sendHead(exchange.response, upstream.statusCode ?? 200, held ? withLength(lines, held.spool.size) : lines);
  const hash = createHash('sha256');
  let bytes = 0;
  if (download.headOnly) exchange.response.end();
  else {
    for await (const chunk of held ? held.spool.read() : download.body.chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await write(exchange, chunk);
      if (exchange.response.destroyed) break;
    }
    exchange.response.end();
  }
  const sha256 = hash.digest('hex');
  const measured = download.headOnly ? {} : { sha256Original: held?.sha256 ?? sha256, sha256Delivered: sha256 };
  const object = { ...outcome.object, size: held?.spool.size ?? bytes };
  await edge.activities.record(activityOf(exchange, ids, { ...outcome, ...measured, object, bytesDown: bytes }));
}

function withLength(lines: readonly string[], size: number): string[] {
  const kept = lines.flatMap((name, at) =>
    at % 2 === 0 && !['content-length', 'accept-ranges'].includes(name.toLowerCase())
      ? [name, lines[at + 1] ?? '']
      : [],
  );
  return [...kept, 'content-length', String(size)];
}

/** Writes to the client; resolves when it takes more, or is gone. */
export async function write({ response }: Pick<Exchange, 'response'>, chunk: Buffer): Promise<void> {
  if ((response as NodeJS.WritableStream).write(chunk)) return;
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
