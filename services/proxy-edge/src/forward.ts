// One request of a session to the real app, and its answer back: passed, transformed, or handed to download.ts.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type Recognition, recognise } from '@gatehouse/activity/recognise';
import { field, headerFields } from '@gatehouse/activity/request-kind';
import { sniff } from '@gatehouse/content/sniff';
import { shouldTransform } from '@gatehouse/rewrite/media';
import { requestHeaders } from '@gatehouse/rewrite/request-headers';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import { type Body, decoded, peek } from './body-head.ts';
import { decisionOf } from './decision-request.ts';
import { handleDownload, write } from './download.ts';
import type { Edge } from './edge.ts';
import { type Exchange, isGone, sendBody, sendHead, sendProblem } from './exchange.ts';
import { boundaryLines, stopLeaving } from './leaving.ts';
import { watchedFacts } from './recorded-facts.ts';
import { activityOf, newDecision } from './recording.ts';
import { transform } from './transform.ts';
import { responseOf, StaleConnectionError, type UpstreamRequest } from './upstream.ts';

const largestRewritten = 8 * 1024 * 1024;
const rewrittenRequest = /^(application\/(json|x-www-form-urlencoded|[\w.+-]+\+json)|text\/plain)\b/i;
const bodiless = new Set([204, 205, 304]);
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Forwards; a dead or refusing upstream ends in an error page with a reference id. */
export async function forward(edge: Edge, exchange: Exchange): Promise<void> {
  try {
    await forwardAs(edge, exchange, exchange.method);
  } catch (error) {
    edge.log.warn({ error, host: exchange.domain.host }, 'forwarding failed');
    if (exchange.response.headersSent) exchange.response.destroy();
    else sendProblem(exchange, 502, { title: 'upstreamTitle', text: 'upstreamText' });
  }
}

async function forwardAs(edge: Edge, exchange: Exchange, method: string): Promise<void> {
  const controlled = edge.snapshot.controlsDownloads(exchange.app.id, Date.now());
  const head = requestHeaders(exchange.raw, {
    codec: exchange.mapping.codec,
    domain: exchange.domain,
    method,
    edgeCookies: exchange.edgeCookies,
    clientIp: exchange.ip,
    dropRange: controlled,
  });
  if (!head.ok) {
    sendProblem(exchange, 400, { title: 'refusedTitle', text: 'refusedText' });
    return;
  }
  const upstream = await send(edge, exchange, method, head.headers);
  if (method === 'HEAD' && controlled && looksLikeDownload(exchange, upstream)) {
    // Only the whole file can be judged, so its headers come from a GET.
    upstream.destroy();
    return forwardAs(edge, exchange, 'GET');
  }
  await answer(edge, exchange, upstream, method, controlled);
}

function looksLikeDownload(exchange: Exchange, upstream: IncomingMessage): boolean {
  const { activityType } = judge(exchange, upstream, undefined);
  return activityType === 'download' || activityType === 'viewFile';
}

async function send(edge: Edge, exchange: Exchange, method: string, headers: string[]): Promise<IncomingMessage> {
  const path = exchange.mapping.rewriter.rewriteToReal(exchange.target);
  const lines = headers.flatMap((name, at) =>
    at % 2 === 0 && name.toLowerCase() !== 'content-length' ? [name, headers[at + 1] ?? ''] : [],
  );
  const length = field(exchange.headers, 'content-length');
  const hasBody =
    length !== undefined || field(exchange.headers, 'transfer-encoding') !== undefined || streaming(exchange);
  const body = hasBody && method === exchange.method ? await requestBody(exchange, length) : undefined;
  if (Buffer.isBuffer(body)) lines.push('Content-Length', String(body.length));
  else if (body) lines.push(...(length === undefined ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', length]));
  const request = { method, path, headers: lines };
  try {
    return await transmit(edge, exchange, request, body);
  } catch (error) {
    if (!(error instanceof StaleConnectionError) || body !== undefined || !repeatable.has(method)) throw error;
    return transmit(edge, exchange, { ...request, fresh: true }, undefined);
  }
}

function transmit(
  edge: Edge,
  exchange: Exchange,
  request: UpstreamRequest,
  body: Buffer | Readable | undefined,
): Promise<IncomingMessage> {
  const sent = edge.upstream.open(exchange.domain, exchange.app, request);
  const aborted = () => sent.destroy(new Error('the browser went away'));
  if (isGone(exchange.response)) aborted();
  exchange.response.once('close', aborted);
  const response = responseOf(sent);
  if (body === undefined) sent.end();
  else if (Buffer.isBuffer(body)) sent.end(body);
  else body.on('error', aborted).pipe(sent);
  return response;
}

/** HTTP/2 bodies need no length: any method that is not safe may carry one. */
const streaming = (exchange: Exchange) =>
  exchange.request.httpVersionMajor === 2 && !['GET', 'HEAD', 'OPTIONS'].includes(exchange.method);

/** Small JSON and form bodies get real host names; everything else streams untouched. */
async function requestBody(exchange: Exchange, length: string | undefined): Promise<Buffer | Readable> {
  const type = field(exchange.headers, 'content-type') ?? '';
  if (!rewrittenRequest.test(type) || length === undefined || Number(length) > largestRewritten)
    return exchange.request;
  const chunks: Buffer[] = [];
  for await (const chunk of exchange.request) chunks.push(chunk as Buffer);
  return Buffer.from(exchange.mapping.rewriter.rewriteToReal(Buffer.concat(chunks).toString('latin1')), 'latin1');
}

function judge(exchange: Exchange, upstream: IncomingMessage, head: Buffer | undefined): Recognition {
  return recognise({
    method: exchange.method,
    url: exchange.target,
    status: upstream.statusCode ?? 502,
    requestHeaders: exchange.headers,
    responseHeaders: headerFields(upstream.rawHeaders),
    ...(head ? { firstBytes: head.toString('latin1'), sniffed: sniff(head) } : {}),
  });
}

async function answer(
  edge: Edge,
  exchange: Exchange,
  upstream: IncomingMessage,
  method: string,
  controlled: boolean,
): Promise<void> {
  const status = upstream.statusCode ?? 502;
  if (controlled && status === 206) {
    upstream.destroy();
    throw new Error('the app sent a part of a file although the whole was asked for');
  }
  if (await stopLeaving(edge, exchange, upstream)) return;
  const type = upstream.headers['content-type'] ?? '';
  if (method === 'HEAD' || bodiless.has(status)) return pass(edge, exchange, upstream, undefined);
  const stream = decoded(upstream);
  if (!stream) throw new Error('the app used a content coding that was not offered');
  const body = await peek(stream, type);
  const recognition = judge(exchange, upstream, body.head);
  if (isControlled(exchange, recognition)) {
    if (isPrefetch(exchange)) {
      upstream.destroy();
      return sendBody(exchange.response, 403, ['cache-control', 'no-store'], '');
    }
    const sniffed = sniff(body.head, recognition.fileName);
    return handleDownload(edge, exchange, {
      upstream,
      body,
      recognition,
      sniffed,
      headOnly: exchange.method === 'HEAD',
    });
  }
  const redirects = status >= 300 && status < 400;
  if (recognition.activityType !== 'other' && !redirects) record(edge, exchange, recognition);
  const contentDisposition = upstream.headers['content-disposition'];
  if (shouldTransform({ status, method, contentType: type, contentDisposition }))
    return transform(exchange, upstream, body, { controlled, boundary: boundaryLines(edge, exchange, type) });
  return pass(edge, exchange, upstream, body);
}

const isControlled = ({ app }: Exchange, { activityType }: Recognition) =>
  activityType === 'download' || (activityType === 'viewFile' && app.previewPolicy === 'download');

/** A file that was fetched on suspicion of a click is judged when the click comes. */
const isPrefetch = ({ headers }: Exchange) =>
  /\bprefetch\b/i.test(`${field(headers, 'sec-purpose') ?? ''} ${field(headers, 'purpose') ?? ''}`);

/** What is only watched: policies that match are named, by the snapshot at hand, for pages do not wait for the PDP. */
function record(edge: Edge, exchange: Exchange, recognition: Recognition): void {
  const ids = newDecision(Date.now());
  // A view that does not count as a download is under no policy for downloads.
  const activity = recognition.activityType === 'viewFile' ? 'navigate' : recognition.activityType;
  const seen = edge.snapshot.observe(decisionOf(exchange, ids.id, activity), Date.now());
  const verdict = seen?.type === 'verdict' ? seen.verdict : undefined;
  const outcome = {
    activityType: recognition.activityType,
    recognition,
    ...(verdict ? { verdict } : {}),
    ...(seen ? { trace: seen.trace } : {}),
    ...(recognition.fileName ? { object: { name: recognition.fileName } } : {}),
    appliedAction: verdict && verdict.matched.length > 0 ? 'allow' : 'none',
    reason: verdict?.reason ?? 'NO_MATCH',
    facts: watchedFacts(exchange, activity),
  } as const;
  edge.activities
    .record(activityOf(exchange, ids, outcome))
    .catch((error: unknown) => edge.log.error({ error }, 'an activity could not be recorded'));
}

/** Bytes as they are (decoded if the app had coded them). */
async function pass(_edge: Edge, exchange: Exchange, upstream: IncomingMessage, body: Body | undefined): Promise<void> {
  const coded = body !== undefined && upstream.headers['content-encoding'] !== undefined;
  const lines = responseHeaders(upstream.rawHeaders, {
    codec: exchange.mapping.codec,
    domain: exchange.domain,
    edgeCookies: exchange.edgeCookies,
    body: coded ? 'transformed' : 'pass',
  });
  sendHead(exchange.response, upstream.statusCode ?? 502, lines);
  if (!body) {
    upstream.resume();
    return void exchange.response.end();
  }
  if (body.whole) return void exchange.response.end(body.whole);
  for await (const chunk of body.chunks) {
    await write(exchange, chunk);
    if (isGone(exchange.response)) return;
  }
  exchange.response.end();
}
