// Signs policy snapshots (Ed25519, RFC 8032) so that an edge can trust what it finds in the KV.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { SignedSnapshot } from '@gatehouse/policy/snapshot';

export type SnapshotSigner = {
  readonly keyId: string;
  readonly sign: (payload: string) => SignedSnapshot;
  readonly verify: (signed: SignedSnapshot) => boolean;
};

/** @throws if the PEM is no Ed25519 private key. */
export function readSigningKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  return key;
}

export function snapshotSigner(pem: string): SnapshotSigner {
  const privateKey = readSigningKey(pem);
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
  return {
    keyId,
    sign: (payload) => ({
      payload,
      signature: sign(null, Buffer.from(payload, 'utf8'), privateKey).toString('base64url'),
      keyId,
    }),
    verify: ({ payload, signature }) =>
      verify(null, Buffer.from(payload, 'utf8'), publicKey, Buffer.from(signature, 'base64url')),
  };
}
