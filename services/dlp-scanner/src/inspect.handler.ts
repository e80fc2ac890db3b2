// POST /inspect/<id>: takes the body while it arrives, measures it, has it scanned, answers an InspectionResult.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sniff } from '@gatehouse/content/sniff';
import { type InspectionResult, inspectionResultSchema, type ScanOutcome } from '@gatehouse/contracts/inspection';
import type { OpenInput } from './open-inspection.handler.ts';
import type { WorkerPool } from './worker-pool.ts';

export type InspectSettings = {
  readonly maxFileBytes: number;
  readonly maxCharacters: number;
  readonly maxInflatedBytes: number;
  readonly softStopMs: number;
};

type Received = {
  readonly size: number;
  readonly sha256: string;
  /** Absent when the file is over the cap: measured, not kept. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly detectedType: string;
};

/** Throws only when the body breaks off: then there is nobody to answer. */
export async function inspectBody(
  request: IncomingMessage,
  order: OpenInput,
  pool: WorkerPool,
  settings: InspectSettings,
): Promise<InspectionResult> {
  const received = await receive(request, order.fileName, settings.maxFileBytes);
  const { size, sha256, detectedType } = received;
  const started = performance.now();
  const report = await scanReceived(received, order, pool, settings);
  const measured = { size, sha256, detectedType, matches: [], findings: [] };
  return inspectionResultSchema.parse({ ...measured, ...report, scanMs: Math.round(performance.now() - started) });
}

async function scanReceived(received: Received, order: OpenInput, pool: WorkerPool, settings: InspectSettings) {
  if (received.bytes === undefined) {
    const outcome: ScanOutcome = { status: 'tooLarge', limit: 'bytes' };
    return { outcome, ...(order.readLabel ? { label: { state: 'unreadable', labels: [] } } : {}) };
  }
  const report = await pool.run(received.bytes.buffer, {
    fileName: order.fileName,
    types: order.types,
    source: order.source,
    readLabel: order.readLabel,
    limits: { characters: settings.maxCharacters, inflatedBytes: settings.maxInflatedBytes },
    softStopAt: Date.now() + settings.softStopMs,
  });
  // A worker that died before it reached the label leaves it unread, not absent.
  return order.readLabel ? { label: { state: 'unreadable', labels: [] }, ...report } : report;
}

async function receive(request: IncomingMessage, name: string | undefined, cap: number): Promise<Received> {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let chunks: Uint8Array[] = [];
  let size = 0;
  let headSize = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    size += chunk.length;
    if (headSize < 65_536) {
      head.push(chunk);
      headSize += chunk.length;
    }
    if (size <= cap) chunks.push(chunk);
    else chunks = [];
  }
  const bytes = size <= cap ? join(chunks, size) : undefined;
  return { size, sha256: hash.digest('hex'), bytes, detectedType: sniff(join(head, headSize), name).mime };
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
