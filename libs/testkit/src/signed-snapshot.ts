// The policy snapshot as the PDP signs it, with keys of a test's own.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { encodeSnapshot } from '@gatehouse/policy/snapshot';

export type SnapshotKeys = { readonly privateKey: KeyObject; readonly publicPem: string };

export function newSnapshotKeys(): SnapshotKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
}

/** Signs and stores version 7 with these policies. */
export async function putSnapshot(
  messaging: Messaging,
  keys: SnapshotKeys,
  policies: readonly StoredPolicy[],
  issuedAt = new Date(),
): Promise<void> {
  const payload = encodeSnapshot({ version: 7, issuedAt: issuedAt.toISOString(), policies });
  const signature = sign(null, Buffer.from(payload), keys.privateKey).toString('base64url');
  await (await messaging.bucket(snapshotBucket)).put('current', { payload, signature, keyId: 'test' });
}
