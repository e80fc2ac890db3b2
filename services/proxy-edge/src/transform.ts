// Answers whose text names real hosts: those become suffixed ones, and pages of controlled apps get our script.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { requestKind } from '@gatehouse/activity/request-kind';
import { admitScript } from '@gatehouse/rewrite/csp';
import { headStart } from '@gatehouse/rewrite/inject';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import type { Body } from './body-head.ts';
import { write } from './download.ts';
import { type Exchange, isGone, sendBody, sendHead } from './exchange.ts';
import { clientScriptPath, clientScriptTag } from './pages/client-script.ts';

export type Additions = {
  /** A policy watches downloads of the app, so pages get our script. */
  readonly controlled: boolean;
  /** Header lines about the border of the app. */
  readonly boundary: readonly string[];
};

/** Sends a body mapped chunk by chunk. */
export async function transform(
  exchange: Exchange,
  upstream: IncomingMessage,
  body: Body,
  { controlled, boundary }: Additions,
): Promise<void> {
  const { response, mapping } = exchange;
  const script = controlled ? scriptFor(exchange, upstream, body) : undefined;
  const lines = [...headOf(exchange, upstream, script), ...boundary];
  const status = upstream.statusCode ?? 200;
  if (body.whole) {
    const page = withTag(body.whole.toString('latin1'), 0, script);
    return sendBody(response, status, lines, Buffer.from(mapping.rewriter.rewriteToPublic(page), 'latin1'));
  }
  sendHead(response, status, lines);
  const stream = mapping.rewriter.createStream('toPublic');
  let offset = 0;
  for await (const chunk of body.chunks) {
    const text = stream.push(withTag(chunk.toString('latin1'), offset, script));
    offset += chunk.length;
    if (text) await write(exchange, Buffer.from(text, 'latin1'));
    if (isGone(response)) return;
  }
  response.end(Buffer.from(stream.end(), 'latin1'));
}

type Script = { readonly nonce: string; readonly at: number };

/** Documents only: into what a page's own script fetches, nothing is put. */
function scriptFor({ method, headers }: Exchange, upstream: IncomingMessage, body: Body): Script | undefined {
  const kind = requestKind(method, headers);
  if (kind !== 'navigation' && kind !== 'frame') return undefined;
  if (!/^text\/html\b/i.test(upstream.headers['content-type'] ?? '')) return undefined;
  const at = headStart(body.head.toString('latin1'));
  return at === undefined ? undefined : { at, nonce: randomBytes(16).toString('base64') };
}

function withTag(text: string, offset: number, script: Script | undefined): string {
  const at = script ? script.at - offset : -1;
  // A chunk that ends where the tag belongs has it at its end: the next one begins behind it.
  if (!script || at < (offset === 0 ? 0 : 1) || at > text.length) return text;
  return text.slice(0, at) + clientScriptTag(script.nonce) + text.slice(at);
}

function headOf(exchange: Exchange, upstream: IncomingMessage, script: Script | undefined): string[] {
  const { mapping, domain, edgeCookies } = exchange;
  const { codec } = mapping;
  const lines = responseHeaders(upstream.rawHeaders, { codec, domain, edgeCookies, body: 'transformed' });
  if (!script) return lines;
  const own = { url: `${codec.publicOrigin(domain.host)}${clientScriptPath}`, nonce: script.nonce };
  return lines.map((value, at) =>
    at % 2 === 1 && /^content-security-policy(-report-only)?$/i.test(lines[at - 1] ?? '')
      ? admitScript(value, own)
      : value,
  );
}
