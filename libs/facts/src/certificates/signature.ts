// X.509 signatures by WebCrypto, from a closed list: nothing with SHA-1 or MD5, no short RSA key.
import { derTag, elementsOf, expectTag, objectIdentifier, onlyElement } from './der.ts';

type Bytes = Uint8Array<ArrayBuffer>;

type Algorithm =
  | { readonly kind: 'rsa'; readonly hash: string }
  | { readonly kind: 'ecdsa'; readonly hash: string }
  | { readonly kind: 'ed25519' };

const algorithms: Readonly<Record<string, Algorithm>> = {
  '1.2.840.113549.1.1.11': { kind: 'rsa', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { kind: 'rsa', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { kind: 'rsa', hash: 'SHA-512' },
  '1.2.840.10045.4.3.2': { kind: 'ecdsa', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { kind: 'ecdsa', hash: 'SHA-384' },
  '1.2.840.10045.4.3.4': { kind: 'ecdsa', hash: 'SHA-512' },
  '1.3.101.112': { kind: 'ed25519' },
};

const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  '1.2.840.10045.3.1.7': { name: 'P-256', bytes: 32 },
  '1.3.132.0.34': { name: 'P-384', bytes: 48 },
  '1.3.132.0.35': { name: 'P-521', bytes: 66 },
};

const leastRsaBits = 2048;

/** `SIGNED{...}` of RFC 5280: what was signed, by which algorithm (DER), with which signature. */
export type Signed = { readonly body: Bytes; readonly algorithm: Bytes; readonly signature: Bytes };

/** Splits certificate or list into its three parts. @throws DerError */
export function signedParts(der: Bytes): Signed {
  const [body, algorithm, signature, ...rest] = elementsOf(onlyElement(der, derTag.sequence).content);
  expectTag(body, derTag.sequence);
  const bits = expectTag(signature, derTag.bitString).content;
  if (rest.length > 0 || bits[0] !== 0) return { body: der, algorithm: der, signature: bits };
  return { body: body!.whole, algorithm: expectTag(algorithm, derTag.sequence).whole, signature: bits.subarray(1) };
}

/** Whether `publicKey` (SubjectPublicKeyInfo, DER) made the signature. Unknown algorithms are no. Never throws. */
export async function isSignedBy(signed: Signed, publicKey: Bytes): Promise<boolean> {
  try {
    const algorithm = algorithms[identifierOf(signed.algorithm)];
    if (!algorithm) return false;
    switch (algorithm.kind) {
      case 'rsa':
        return await verifyRsa(signed, publicKey, algorithm.hash);
      case 'ecdsa':
        return await verifyEcdsa(signed, publicKey, algorithm.hash);
      case 'ed25519': {
        const key = await crypto.subtle.importKey('spki', publicKey, 'Ed25519', false, ['verify']);
        return await crypto.subtle.verify('Ed25519', key, signed.signature, signed.body);
      }
    }
  } catch {
    // A key or a signature that cannot be read is no proof.
    return false;
  }
}

/** Object identifier that an AlgorithmIdentifier begins with. */
function identifierOf(algorithm: Bytes): string {
  const [identifier] = elementsOf(onlyElement(algorithm, derTag.sequence).content);
  return objectIdentifier(expectTag(identifier, derTag.objectIdentifier).content);
}

async function verifyRsa({ body, signature }: Signed, publicKey: Bytes, hash: string): Promise<boolean> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash };
  const key = await crypto.subtle.importKey('spki', publicKey, algorithm, false, ['verify']);
  const { modulusLength } = key.algorithm as RsaKeyAlgorithm;
  return modulusLength >= leastRsaBits && (await crypto.subtle.verify(algorithm, key, signature, body));
}

async function verifyEcdsa({ body, signature }: Signed, publicKey: Bytes, hash: string): Promise<boolean> {
  const [algorithm] = elementsOf(onlyElement(publicKey, derTag.sequence).content);
  const [, named] = elementsOf(expectTag(algorithm, derTag.sequence).content);
  const curve = curves[objectIdentifier(expectTag(named, derTag.objectIdentifier).content)];
  if (!curve) return false;
  const key = await crypto.subtle.importKey('spki', publicKey, { name: 'ECDSA', namedCurve: curve.name }, false, [
    'verify',
  ]);
  return crypto.subtle.verify({ name: 'ECDSA', hash }, key, rawSignature(signature, curve.bytes), body);
}

/** ECDSA signatures are a SEQUENCE of two INTEGERs in X.509, and two fixed numbers side by side in WebCrypto. */
function rawSignature(signature: Bytes, bytes: number): Bytes {
  const raw = new Uint8Array(bytes * 2);
  const numbers = [...elementsOf(onlyElement(signature, derTag.sequence).content)];
  for (const [at, number] of numbers.entries()) {
    const content = expectTag(number, derTag.integer).content;
    const digits = content[0] === 0 ? content.subarray(1) : content;
    raw.set(digits, bytes * (at + 1) - digits.length);
  }
  return raw;
}
