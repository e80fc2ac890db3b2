// What binds a container together: segment hashes, root signature, policy binding, assertions.

import { decodeBase64, encodeBase64 } from './base64.ts';
import { concat } from './concat.ts';
import { corrupt } from './label-error.ts';
import { equalBytes, type TdfCrypto, toHex, utf8 } from './tdf-crypto.ts';
import { type Assertion, canonicalJson, type KeyAccess, type TdfVersion } from './tdf-manifest.ts';

/** A hash as the manifest writes it. */
export function encodeHash(hash: Uint8Array, version: TdfVersion): string {
  return encodeBase64(version === '4.3.0' ? hash : utf8(toHex(hash)));
}

/** The bytes a root signature or an assertion is made over: the tags, each in the version's spelling. */
export function joinTags(tags: readonly Uint8Array[], version: TdfVersion): Uint8Array {
  return version === '4.3.0' ? concat(tags) : utf8(tags.map(toHex).join(''));
}

export async function rootSignature(
  crypto: TdfCrypto,
  key: Uint8Array,
  tags: readonly Uint8Array[],
  version: TdfVersion,
): Promise<string> {
  return encodeHash(await crypto.hmac(key, joinTags(tags, version)), version);
}

/** Both spellings of a stored hash; throws when it is neither. */
export function decodeHash(text: string, length: number): Uint8Array {
  const raw = decodeBase64(text);
  if (raw.length === length) return raw;
  const hex = new TextDecoder().decode(raw);
  if (raw.length !== length * 2 || !/^[0-9a-f]+$/i.test(hex)) return corrupt('TDF hash');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** HMAC over the policy's base64 text (opentdf/spec, policyBinding). */
export async function bindPolicy(
  crypto: TdfCrypto,
  key: Uint8Array,
  policy: string,
): Promise<KeyAccess['policyBinding']> {
  return { alg: 'HS256', hash: encodeBase64(utf8(toHex(await crypto.hmac(key, utf8(policy))))) };
}

/** Whether the policy is the one this key was bound to. Never throws. */
export async function isBound(
  crypto: TdfCrypto,
  key: Uint8Array,
  policy: string,
  binding: KeyAccess['policyBinding'],
): Promise<boolean> {
  try {
    if (typeof binding !== 'string' && binding.alg !== 'HS256') return false;
    const stored = decodeHash(typeof binding === 'string' ? binding : binding.hash, 32);
    return equalBytes(await crypto.hmac(key, utf8(policy)), stored);
  } catch {
    return false;
  }
}

const base64Url = (bytes: Uint8Array) =>
  encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** The payload of an assertion's binding. Java writers hash an object value as its canonical text. */
async function bindingClaims(
  crypto: TdfCrypto,
  assertion: Assertion,
  tags: readonly Uint8Array[],
  version: TdfVersion,
) {
  const { binding: _, ...content } = assertion;
  const hash = await crypto.sha256(utf8(canonicalJson(content)));
  const signed = version === '4.3.0' ? concat([...tags, hash]) : concat([joinTags(tags, version), utf8(toHex(hash))]);
  return { assertionHash: toHex(hash), assertionSig: encodeBase64(signed) };
}

/** The assertion with its binding by the payload key (HS256, RFC 7515). */
export async function bindAssertion(
  crypto: TdfCrypto,
  key: Uint8Array,
  assertion: Assertion,
  tags: readonly Uint8Array[],
  version: TdfVersion,
): Promise<Assertion> {
  const claims = await bindingClaims(crypto, assertion, tags, version);
  const input = `${base64Url(utf8('{"alg":"HS256"}'))}.${base64Url(utf8(JSON.stringify(claims)))}`;
  const signature = base64Url(await crypto.hmac(key, utf8(input)));
  return { ...assertion, binding: { method: 'jws', signature: `${input}.${signature}` } };
}

/** Whether an assertion bound by the payload key belongs to this content. Never throws. */
export async function isAssertionBound(
  crypto: TdfCrypto,
  key: Uint8Array,
  assertion: Assertion,
  tags: readonly Uint8Array[],
  version: TdfVersion,
): Promise<boolean> {
  try {
    const [head = '', body = '', signature = ''] = assertion.binding?.signature.split('.') ?? [];
    const expected = base64Url(await crypto.hmac(key, utf8(`${head}.${body}`)));
    const claims = JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/')));
    const wanted = await bindingClaims(crypto, assertion, tags, version);
    const same = claims.assertionHash === wanted.assertionHash && claims.assertionSig === wanted.assertionSig;
    return same && equalBytes(utf8(expected), utf8(signature));
  } catch {
    return false;
  }
}
