// Writes an OpenTDF container as a stream: a stored ZIP of encrypted segments and their manifest.

import { view } from './bytes.ts';
import { concat } from './concat.ts';
import { LabelError } from './label-error.ts';
import { ivBytes, segmentOverhead, type TdfWriterCrypto, tagBytes, utf8 } from './tdf-crypto.ts';
import { bindAssertion, bindPolicy, encodeHash, rootSignature } from './tdf-integrity.ts';
import {
  type Assertion,
  type KeyAccess,
  type Manifest,
  manifestNames,
  payloadName,
  type TdfVersion,
} from './tdf-manifest.ts';

const maxPayload = 0xf000_0000;
const dosDate = 0x0021;

export type TdfInput = {
  /** A chunk of exactly one segment is not looked at again once the next is asked for. */
  readonly plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** 32 bytes, used for this file only; the caller zeroes it afterwards. */
  readonly key: Uint8Array;
  /** Base64 of the policy's JSON. */
  readonly policy: string;
  readonly keyAccess: readonly Omit<KeyAccess, 'policyBinding'>[];
  readonly mimeType: string;
  readonly crypto: TdfWriterCrypto;
  /** Assertions over the finished segments' tags, without binding. */
  readonly assertions?: (tags: readonly Uint8Array[]) => Promise<readonly Assertion[]>;
  readonly segmentBytes?: number;
  readonly version?: TdfVersion;
};

/** Chunks of exactly `size` bytes, the last one shorter; nothing at all is one empty chunk. */
async function* segmentsOf(plain: TdfInput['plain'], size: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let any = false;
  for await (let chunk of plain) {
    while (length + chunk.length >= size) {
      const head = chunk.subarray(0, size - length);
      chunk = chunk.subarray(size - length);
      yield waiting.length === 0 ? head : concat([...waiting, head]);
      any = true;
      waiting = [];
      length = 0;
    }
    if (chunk.length > 0) waiting.push(chunk);
    length += chunk.length;
  }
  if (length > 0 || !any) yield concat(waiting);
}

type Segment = { readonly tag: Uint8Array; readonly size: number };

/**
 * The container's bytes in order. Throws LabelError LIMIT beyond 3.75 GiB (no ZIP64) and whatever `plain` throws: what
 * was given out before is no container then.
 */
export async function* writeTdf(input: TdfInput): AsyncGenerator<Uint8Array> {
  const { crypto, key, segmentBytes = 1024 * 1024 } = input;
  const segments: Segment[] = [];
  const payload = { name: payloadName, crc: 0, size: 0, offset: 0 };
  yield localHeader(payloadName, true);
  for await (const plain of segmentsOf(input.plain, segmentBytes)) {
    const iv = crypto.random(ivBytes);
    const sealed = await crypto.encrypt(key, iv, plain);
    segments.push({ tag: sealed.slice(-tagBytes), size: plain.length });
    payload.crc = crypto.crc32(sealed, crypto.crc32(iv, payload.crc));
    payload.size += iv.length + sealed.length;
    if (payload.size > maxPayload) throw new LabelError('LIMIT', 'TDF payload');
    yield iv;
    yield sealed;
  }
  yield descriptor(payload);
  const text = utf8(JSON.stringify(await manifestOf(input, segments, segmentBytes)));
  const offset = 30 + payloadName.length + payload.size + 16;
  const manifest = { name: manifestNames[0] ?? '', crc: crypto.crc32(text, 0), size: text.length, offset };
  yield localHeader(manifest.name, false, manifest);
  yield text;
  const records = [centralRecord(payload, true), centralRecord(manifest, false)];
  yield* records;
  yield endRecord(records, offset + 30 + manifest.name.length + text.length);
}

async function manifestOf(input: TdfInput, segments: readonly Segment[], segmentBytes: number): Promise<Manifest> {
  const { crypto, key, policy, version = '4.3.0' } = input;
  const tags = segments.map(({ tag }) => tag);
  const policyBinding = await bindPolicy(crypto, key, policy);
  const asserted = (await input.assertions?.(tags)) ?? [];
  const assertions = await Promise.all(asserted.map((one) => bindAssertion(crypto, key, one, tags, version)));
  return {
    ...(version === '4.3.0' ? { schemaVersion: version } : {}),
    encryptionInformation: {
      type: 'split',
      policy,
      keyAccess: input.keyAccess.map((access) => ({ ...access, policyBinding })),
      method: { algorithm: 'AES-256-GCM', isStreamable: true, iv: '' },
      integrityInformation: {
        rootSignature: { alg: 'HS256', sig: await rootSignature(crypto, key, tags, version) },
        segmentHashAlg: 'GMAC',
        segmentSizeDefault: segmentBytes,
        encryptedSegmentSizeDefault: segmentBytes + segmentOverhead,
        segments: segments.map(({ tag, size }) => ({
          hash: encodeHash(tag, version),
          segmentSize: size,
          encryptedSegmentSize: size + segmentOverhead,
        })),
      },
    },
    payload: { type: 'reference', url: payloadName, protocol: 'zip', mimeType: input.mimeType, isEncrypted: true },
    ...(assertions.length > 0 ? { assertions } : {}),
  };
}

type Part = { readonly name: string; readonly crc: number; readonly size: number; readonly offset: number };

/** Bit 3: size and checksum follow the data. */
const flags = (streamed: boolean) => (streamed ? 0x0808 : 0x0800);

function localHeader(name: string, streamed: boolean, part?: Part): Uint8Array {
  const header = new Uint8Array(30 + name.length);
  const at = view(header);
  at.setUint32(0, 0x04034b50, true);
  at.setUint16(4, 20, true);
  at.setUint16(6, flags(streamed), true);
  at.setUint16(12, dosDate, true);
  at.setUint32(14, part?.crc ?? 0, true);
  at.setUint32(18, part?.size ?? 0, true);
  at.setUint32(22, part?.size ?? 0, true);
  at.setUint16(26, name.length, true);
  header.set(utf8(name), 30);
  return header;
}

function descriptor(part: Part): Uint8Array {
  const bytes = new Uint8Array(16);
  const at = view(bytes);
  at.setUint32(0, 0x08074b50, true);
  at.setUint32(4, part.crc, true);
  at.setUint32(8, part.size, true);
  at.setUint32(12, part.size, true);
  return bytes;
}

function centralRecord(part: Part, streamed: boolean): Uint8Array {
  const record = new Uint8Array(46 + part.name.length);
  const at = view(record);
  at.setUint32(0, 0x02014b50, true);
  at.setUint16(4, 20, true);
  at.setUint16(6, 20, true);
  at.setUint16(8, flags(streamed), true);
  at.setUint16(14, dosDate, true);
  at.setUint32(16, part.crc, true);
  at.setUint32(20, part.size, true);
  at.setUint32(24, part.size, true);
  at.setUint16(28, part.name.length, true);
  at.setUint32(42, part.offset, true);
  record.set(utf8(part.name), 46);
  return record;
}

function endRecord(records: readonly Uint8Array[], offset: number): Uint8Array {
  const bytes = new Uint8Array(22);
  const at = view(bytes);
  at.setUint32(0, 0x06054b50, true);
  at.setUint16(8, records.length, true);
  at.setUint16(10, records.length, true);
  at.setUint32(
    12,
    records.reduce((sum, record) => sum + record.length, 0),
    true,
  );
  at.setUint32(16, offset, true);
  return bytes;
}
