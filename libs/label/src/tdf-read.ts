// Reads an OpenTDF container: the root signature first, then each segment before it is given out.
import { corrupt, overLimit } from './label-error.ts';
import type { Source } from './source.ts';
import { equalBytes, ivBytes, segmentOverhead, type TdfCrypto, tagBytes, utf8 } from './tdf-crypto.ts';
import { decodeHash, joinTags } from './tdf-integrity.ts';
import { type Manifest, manifestNames, maxManifestBytes, parseManifest, versionOf } from './tdf-manifest.ts';
import { openZip } from './zip.ts';

export type OpenedTdf = {
  readonly manifest: Manifest;
  readonly payload: { readonly at: number; readonly size: number };
};

const noInflate = () => corrupt('compressed TDF part');

/** Finds manifest and payload of a stored ZIP, in any order; throws LabelError for anything else. */
export function openTdf(source: Source): OpenedTdf {
  const zip = openZip(source, noInflate);
  if (zip.ambiguous || zip.entries.length > 16) corrupt('TDF entries');
  const name = manifestNames.find((candidate) => zip.has(candidate)) ?? corrupt('no TDF manifest');
  const manifest = parseManifest(zip.part(name, maxManifestBytes));
  const entry = zip.entries.find((one) => one.name === manifest.payload.url) ?? corrupt('no TDF payload');
  if (entry.method !== 0) corrupt('compressed TDF payload');
  const local = source.read(entry.offset, 30);
  const skip = 30 + (local[26] ?? 0) + 256 * (local[27] ?? 0) + (local[28] ?? 0) + 256 * (local[29] ?? 0);
  const at = entry.offset + skip;
  if (at + entry.size > source.size) corrupt('TDF payload');
  return { manifest, payload: { at, size: entry.size } };
}

/** The containers' plain text size, as the manifest says it. */
export function plainSize({ payload, manifest }: OpenedTdf): number {
  return payload.size - manifest.encryptionInformation.integrityInformation.segments.length * segmentOverhead;
}

/**
 * The content, segment by segment, each verified before it is given out. Throws LabelError CORRUPT on the first thing that
 * does not fit and LIMIT beyond `maxBytes`.
 */
export async function* readTdf(
  source: Source,
  opened: OpenedTdf,
  key: Uint8Array,
  crypto: TdfCrypto,
  maxBytes = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Uint8Array> {
  const { integrityInformation: integrity } = opened.manifest.encryptionInformation;
  const hashBytes = integrity.segmentHashAlg === 'GMAC' ? tagBytes : 32;
  const hashes = integrity.segments.map(({ hash }) => decodeHash(hash, hashBytes));
  await verifyRoot(opened.manifest, hashes, key, crypto);
  let at = opened.payload.at;
  const end = at + opened.payload.size;
  let given = 0;
  for (const [i, segment] of integrity.segments.entries()) {
    const size = segment.encryptedSegmentSize ?? integrity.encryptedSegmentSizeDefault;
    if (at + size > end) corrupt('TDF segment');
    const bytes = source.read(at, size);
    const plain = await openSegment(bytes, hashes[i] ?? new Uint8Array(), integrity.segmentHashAlg, key, crypto);
    const expected = segment.segmentSize ?? integrity.segmentSizeDefault;
    if (plain.length !== expected && segment.segmentSize !== undefined) corrupt('TDF segment length');
    given += plain.length;
    if (given > maxBytes) overLimit('TDF content');
    yield plain;
    at += size;
  }
  if (at !== end) corrupt('bytes behind the last TDF segment');
}

async function verifyRoot(
  manifest: Manifest,
  hashes: readonly Uint8Array[],
  key: Uint8Array,
  crypto: TdfCrypto,
): Promise<void> {
  const { sig } = manifest.encryptionInformation.integrityInformation.rootSignature;
  const expected = await crypto.hmac(key, joinTags(hashes, versionOf(manifest)));
  if (!equalBytes(expected, decodeHash(sig, 32))) corrupt('TDF root signature');
}

async function openSegment(
  bytes: Uint8Array,
  hash: Uint8Array,
  algorithm: 'GMAC' | 'HS256',
  key: Uint8Array,
  crypto: TdfCrypto,
): Promise<Uint8Array> {
  if (bytes.length < segmentOverhead) return corrupt('TDF segment');
  const actual = algorithm === 'GMAC' ? bytes.subarray(-tagBytes) : await crypto.hmac(key, bytes);
  if (!equalBytes(actual, hash)) return corrupt('TDF segment hash');
  try {
    return await crypto.decrypt(key, bytes.subarray(0, ivBytes), bytes.subarray(ivBytes));
  } catch {
    return corrupt('TDF segment');
  }
}

/** The policy as the container carries it: base64 text, which is what the key is bound to, and its JSON. */
export function policyText(policy: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(policy), (character) => character.charCodeAt(0)));
}

export const encodePolicy = (policy: unknown): string => btoa(String.fromCharCode(...utf8(JSON.stringify(policy))));
