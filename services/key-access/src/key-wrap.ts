// The file key: out of its key access object, and wrapped again to the key a client has made for this one answer.
import {
  constants,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import type { KeyAccess } from '@gatehouse/label/tdf-manifest';
import type { KeyPair } from './key-pair.store.ts';
import { serverCrypto } from './server-crypto.ts';

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
const salt = createHash('sha256').update('TDF').digest();
const keyBytes = 32;

function agree(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', diffieHellman({ privateKey, publicKey }), salt, '', 32));
}

/** The 32-byte key of a file, or undefined whatever is wrong with it: callers answer one and the same refusal. */
export function unwrapKey(access: KeyAccess, pairs: readonly KeyPair[]): Uint8Array | undefined {
  const wrapped = Buffer.from(access.wrappedKey, 'base64');
  const pair = pairs.find(({ kid }) => kid === access.kid);
  if (!pair) return undefined;
  try {
    const key =
      access.type === 'ec-wrapped'
        ? (serverCrypto.decrypt(
            agree(pair.privateKey, createPublicKey(access.ephemeralPublicKey ?? '')),
            wrapped.subarray(0, 12),
            wrapped.subarray(12),
          ) as Uint8Array)
        : privateDecrypt({ key: pair.privateKey, ...oaep }, wrapped);
    return key.length === keyBytes ? key : undefined;
  } catch {
    return undefined;
  }
}

/** What one answer's keys are wrapped with: a client's RSA key, or one agreed with its EC key. Throws on other keys. */
export function wrapperFor(clientPem: string): {
  readonly wrap: (key: Uint8Array) => string;
  readonly sessionPublicKey: string;
} {
  const client = createPublicKey(clientPem);
  if (client.asymmetricKeyType === 'rsa') {
    if ((client.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) throw new Error('client key too short');
    return { wrap: (key) => publicEncrypt({ key: client, ...oaep }, key).toString('base64'), sessionPublicKey: '' };
  }
  if (client.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('client key is neither RSA nor P-256');
  const session = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const shared = agree(session.privateKey, client);
  return {
    wrap(key) {
      const iv = randomBytes(12);
      return Buffer.concat([iv, serverCrypto.encrypt(shared, iv, key) as Uint8Array]).toString('base64');
    },
    sessionPublicKey: session.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}
