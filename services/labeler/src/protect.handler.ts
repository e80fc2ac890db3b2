// POST /protect/<id>: holds the whole file, labels it in a thread, registers it, then streams the container.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { fileProtected } from '@gatehouse/contracts/files';
import type { Label, Protection } from '@gatehouse/contracts/label';
import { fillMarks, type Marks } from '@gatehouse/label/marks';
import { type Piece, piecesLength } from '@gatehouse/label/source';
import type { LabelRanks } from '@gatehouse/label/stamp';
import { base64Stream, htmlWrapper, wrapperScript } from '@gatehouse/label/tdf-html';
import { encodePolicy } from '@gatehouse/label/tdf-read';
import { writeTdf } from '@gatehouse/label/tdf-write';
import type { z } from 'zod';
import type { LabelPool } from './label-pool.ts';
import type { ProtectionOrder } from './open-protection.handler.ts';
import { type CurrentKey, labelAssertion, tdfCrypto, wrapKey } from './seal.ts';
import { type Held, holdBody, readInto, type SpoolLimits, type StoredFile } from './spool.ts';

export type FileProtected = z.input<(typeof fileProtected)['payload']>;

export type ProtectTools = {
  readonly pool: Pick<LabelPool, 'run'>;
  readonly ranks: () => LabelRanks;
  readonly currentKey: () => Promise<CurrentKey>;
  /** Resolves once the stream has stored it. */
  readonly register: (event: FileProtected) => Promise<void>;
  readonly now: () => Date;
  readonly spool: SpoolLimits;
  readonly wrapper: 'auto' | 'html' | 'tdf';
  readonly htmlMaxBytes: number;
  readonly signingKey: string | undefined;
};

export type ProtectFailure = 'tooLarge' | 'labelling' | 'unavailable';
export type Protected = Pick<FileProtected, 'fileId' | 'sha256' | 'size' | 'innerLabel'>;
export type ProtectResult =
  | { readonly type: 'protected'; readonly file: Protected }
  | { readonly type: 'kept' }
  | { readonly type: 'failed'; readonly reason: ProtectFailure };

const segmentBytes = 1024 * 1024;
const scriptHash = createHash('sha256').update(wrapperScript).digest('base64');

/** Answers the container, or a failure before its first byte. Throws when it breaks later: the connection is then cut. */
export async function protectBody(
  body: AsyncIterable<Uint8Array>,
  order: ProtectionOrder,
  response: ServerResponse,
  tools: ProtectTools,
): Promise<ProtectResult> {
  const held = await holdBody(body, tools.spool);
  if (held === 'tooLarge') return { type: 'failed', reason: 'tooLarge' };
  try {
    return await protectHeld(held, order, response, tools);
  } finally {
    held.release();
  }
}

async function protectHeld(
  held: Held,
  order: ProtectionOrder,
  response: ServerResponse,
  tools: ProtectTools,
): Promise<ProtectResult> {
  const now = tools.now();
  const { label } = order;
  const stamp = {
    ...{ id: label.id, siteId: label.siteId, name: label.name, priority: label.priority, contentBits: 0 },
    setDate: `${now.toISOString().slice(0, 19)}Z`,
    actionId: randomUUID(),
  };
  const labelled = await tools.pool.run({
    stored: held.stored,
    stamp,
    ranks: tools.ranks(),
    marks: marksOf(order, now),
  });
  if (labelled === 'lost') return { type: 'failed', reason: 'labelling' };
  if (labelled.outcome.alreadyProtected) return keep(held, labelled.stored, response);
  const current = await tools.currentKey().catch(() => undefined);
  if (!current) return { type: 'failed', reason: 'unavailable' };
  const { innerLabel, pieces } = labelled.outcome;
  const event = eventOf(held, order, { now, innerLabel, keyId: current.kid });
  // An unregistered file could never be opened, and never be revoked.
  const registered = await tools.register(event).then(
    () => true,
    () => false,
  );
  if (!registered) return { type: 'failed', reason: 'unavailable' };
  await send(labelled.stored, pieces, { order, event, current, tools }, response);
  const { fileId, sha256, size } = event;
  return { type: 'protected', file: { fileId, sha256, size, innerLabel } };
}

/** Delivered as it came: sealed by somebody already, and opened by their rules. */
async function keep(held: Held, stored: StoredFile, response: ServerResponse): Promise<ProtectResult> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-gatehouse-protection': 'kept' });
  async function* whole() {
    for await (const part of plainOf(stored, [{ at: 0, length: held.size }])) yield Uint8Array.from(part);
  }
  await pipeline(Readable.from(whole(), { objectMode: false }), response);
  return { type: 'kept' };
}

function marksOf({ label, request: { user, app, fileName } }: ProtectionOrder, now: Date): Marks {
  const time = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return fillMarks(label.markings ?? {}, { user, app, file: fileName, time });
}

function eventOf(
  held: Held,
  order: ProtectionOrder,
  more: { readonly now: Date; readonly innerLabel: string; readonly keyId: string },
): FileProtected {
  const { label, request } = order;
  const days = order.protection.expiryDays;
  return {
    id: randomUUID(),
    fileId: randomUUID(),
    decisionId: request.decisionId,
    user: request.user,
    label: label.name,
    labelId: label.id,
    app: request.app,
    fileName: request.fileName,
    sha256: held.sha256,
    size: held.size,
    ...(request.sessionId ? { sessionId: request.sessionId } : {}),
    keyId: more.keyId,
    protection: order.protection,
    ...(days ? { expiresAt: new Date(more.now.getTime() + days * 86_400_000).toISOString() } : {}),
    innerLabel: more.innerLabel,
    at: more.now.toISOString(),
  };
}

type Sealing = {
  readonly order: ProtectionOrder;
  readonly event: FileProtected;
  readonly current: CurrentKey;
  readonly tools: ProtectTools;
};

async function send(
  stored: StoredFile,
  pieces: readonly Piece[],
  sealing: Sealing,
  response: ServerResponse,
): Promise<void> {
  const { order, event, current, tools } = sealing;
  const html = tools.wrapper === 'html' || (tools.wrapper === 'auto' && piecesLength(pieces) <= tools.htmlMaxBytes);
  const name = `${event.fileName}.tdf${html ? '.html' : ''}`;
  const key = randomBytes(32);
  try {
    const container = seal(plainOf(stored, pieces), key, sealing);
    response.writeHead(200, {
      'content-type': html ? 'text/html; charset=utf-8' : 'application/vnd.openTDF.tdf+zip',
      'cache-control': 'no-store',
      // Percent-encoded UTF-8: the edge names the download.
      'x-gatehouse-file-name': encodeURIComponent(name),
      'x-gatehouse-file-id': event.fileId,
      'x-gatehouse-label': encodeURIComponent(order.label.name),
      'x-gatehouse-inner-label': event.innerLabel,
    });
    await pipeline(Readable.from(html ? page(container, event, current) : container, { objectMode: false }), response);
  } finally {
    key.fill(0);
  }
}

function seal(plain: AsyncIterable<Uint8Array>, key: Uint8Array, { order, event, current, tools }: Sealing) {
  const attribute = `${new URL(current.url).origin}/attr/file/value/${event.fileId}`;
  // Managed policy: who may open stands in the record, which can be narrowed and revoked; the file only names it.
  const policy = encodePolicy({ uuid: event.fileId, body: { dataAttributes: [{ attribute }], dissem: [] } });
  return writeTdf({
    plain,
    key,
    policy,
    keyAccess: [wrapKey(key, current)],
    segmentBytes,
    mimeType: 'application/octet-stream',
    crypto: tdfCrypto,
    assertions: async (tags) => [labelAssertion(order.label, policy, tags, tools.signingKey)],
  });
}

const toBase64 = (bytes: Uint8Array) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

async function* page(container: AsyncIterable<Uint8Array>, event: FileProtected, current: CurrentKey) {
  const wrapper = htmlWrapper({ name: event.fileName, label: event.label, viewer: current.viewerUrl, scriptHash });
  yield Buffer.from(wrapper.before);
  for await (const text of base64Stream(container, toBase64)) yield Buffer.from(text, 'latin1');
  yield Buffer.from(wrapper.after);
}

/** The labelled file in whole segments, all in one buffer: each is sealed before the next is asked for. */
async function* plainOf(stored: StoredFile, pieces: readonly Piece[]): AsyncGenerator<Uint8Array> {
  const segment = Buffer.allocUnsafeSlow(Math.min(segmentBytes, piecesLength(pieces)));
  let filled = 0;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      const part = segment.subarray(filled, filled + Math.min(segment.length - filled, piece.length - done));
      if (piece instanceof Uint8Array) part.set(piece.subarray(done, done + part.length));
      else readInto(stored, piece.at + done, part);
      done += part.length;
      filled += part.length;
      if (filled < segment.length) continue;
      yield segment;
      filled = 0;
    }
  }
  if (filled > 0) yield segment.subarray(0, filled);
}

/** The label's rules, without the rights a policy takes away; undefined when nothing is left. */
export function narrowed(label: Label, maxRights: readonly string[] | undefined): Protection | undefined {
  if (!label.protection || !maxRights) return label.protection;
  const permissions = label.protection.permissions
    .map(({ principal, rights }) => ({ principal, rights: rights.filter((right) => maxRights.includes(right)) }))
    .filter(({ rights }) => rights.length > 0);
  return permissions.length > 0 ? { ...label.protection, permissions } : undefined;
}
