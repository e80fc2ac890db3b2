// Encryption of one file: a key of its own, wrapped to key-access, and the statement of its label.
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  publicEncrypt,
  randomBytes,
  sign,
} from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Label } from '@gatehouse/contracts/label';
import type { keyCurrent } from '@gatehouse/contracts/protected-file';
import type { TdfWriterCrypto } from '@gatehouse/label/tdf-crypto';
import { type Assertion, type KeyAccess, labelAssertionId } from '@gatehouse/label/tdf-manifest';
import type { z } from 'zod';
import { release } from './spool.ts';

export type CurrentKey = z.infer<(typeof keyCurrent)['output']>;

export const tdfCrypto: TdfWriterCrypto = {
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  encrypt(key, iv, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const text = cipher.update(plain);
    const sealed = Buffer.concat([text, cipher.final(), cipher.getAuthTag()]);
    release(text);
    return sealed;
  },
  decrypt(key, iv, sealed) {
    const decipher = createDecipheriv('aes-256-gcm', key, iv);
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  },
  random: (bytes) => randomBytes(bytes),
  crc32: (data, previous) => crc32(data, previous),
};

/** The key access object (opentdf/spec, keyAccess): RSA-OAEP with SHA-1, or ECDH P-256, HKDF and AES-GCM. */
export function wrapKey(fileKey: Uint8Array, current: CurrentKey): Omit<KeyAccess, 'policyBinding'> {
  const base = { url: current.url, protocol: 'kas', kid: current.kid, sid: '' };
  const publicKey = createPublicKey(current.pem);
  switch (current.algorithm) {
    case 'rsa:2048': {
      const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
      const wrapped = publicEncrypt({ key: publicKey, ...padding }, fileKey);
      return { ...base, type: 'wrapped', wrappedKey: wrapped.toString('base64') };
    }
    case 'ec:secp256r1': {
      const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey });
      const salt = createHash('sha256').update('TDF').digest();
      const wrappingKey = new Uint8Array(hkdfSync('sha256', shared, salt, '', 32));
      const iv = randomBytes(12);
      const wrapped = Buffer.concat([iv, tdfCrypto.encrypt(wrappingKey, iv, fileKey) as Uint8Array]);
      const ephemeralPublicKey = ephemeral.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      return { ...base, type: 'ec-wrapped', wrappedKey: wrapped.toString('base64'), ephemeralPublicKey };
    }
    default:
      return current.algorithm satisfies never;
  }
}

const base64Url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * The label as a statement that any scanner can verify without the file's key: ES256 over label, policy and the tags of
 * the content. Without a signing key its algorithm is `none` and only the file's key binds it.
 */
export function labelAssertion(
  label: Pick<Label, 'id' | 'siteId' | 'name'>,
  policy: string,
  tags: readonly Uint8Array[],
  signingKey: string | undefined,
): Assertion {
  const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
  const claims = {
    label: { id: label.id, siteId: label.siteId, name: label.name },
    policySha256: sha256(policy),
    tagsSha256: sha256(Buffer.concat(tags)),
  };
  const input = `${base64Url({ alg: signingKey ? 'ES256' : 'none', typ: 'gatehouse-label+jwt' })}.${base64Url(claims)}`;
  const signature = signingKey
    ? sign('sha256', Buffer.from(input), { key: signingKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    : '';
  return {
    id: labelAssertionId,
    type: 'handling',
    scope: 'tdo',
    appliesToState: 'encrypted',
    statement: { format: 'string', schema: 'urn:gatehouse:label:1', value: `${input}.${signature}` },
  };
}
