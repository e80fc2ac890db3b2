// A real NATS with a signed snapshot on it, and a PDP that answers as a test wants.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { type DecisionRequest, decisionEvaluate, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { encodeSnapshot } from '@gatehouse/policy/snapshot';
import { startNats } from '@gatehouse/testkit/world';
import { Kvm } from '@nats-io/kv';
import { connect as connectNats } from '@nats-io/transport-node';

export const now = Date.parse('2026-11-01T10:00:00.000Z');
const at = new Date(now).toISOString();
const keys = generateKeyPairSync('ed25519');
export const keySpellings = {
  pem: String(keys.publicKey.export({ type: 'spki', format: 'pem' })),
  der: keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  raw: String(keys.publicKey.export({ format: 'jwk' }).x),
};

export function policy(kind: 'AccessPolicy' | 'SessionPolicy', rest: object): StoredPolicy {
  const activity = [{ field: 'app', operator: 'equals', values: ['box'] }];
  const body = { kind, name: 'Nobody', severity: 'high', activity, action: { type: 'block' }, ...rest };
  return storedPolicySchema.parse({
    id: 'p',
    version: 1,
    policy: body,
    createdAt: at,
    updatedAt: at,
    updatedBy: 'test',
  });
}

export const nobody = policy('AccessPolicy', {});

export const question = (change: object = {}): DecisionRequest =>
  decisionRequestSchema.parse({
    decisionId: randomUUID(),
    scope: 'access',
    subject: { type: 'user', id: 'mia@acme.example', properties: {} },
    action: { name: 'login' },
    resource: { type: 'app', id: 'box', properties: { host: 'box.example' } },
    context: { time: at, ip: '203.0.113.9' },
    ...change,
  });

export type Signed = { readonly payload: string; readonly signature: string; readonly keyId: string };

export function signed(payload: string): Signed {
  const signature = sign(null, Buffer.from(payload), keys.privateKey).toString('base64url');
  return { payload, signature, keyId: 'k' };
}

export const snapshotOf = (policies: readonly StoredPolicy[], version = 7, issuedAt = at): Signed =>
  signed(encodeSnapshot({ version, issuedAt, policies }));

export async function startWorld() {
  const nats = await startNats();
  const pep = await connect({ url: nats.url, name: 'pep' });
  const connection = await connectNats({ servers: nats.url });
  const bucket = await new Kvm(connection).open(snapshotBucket.bucket);
  let pdp: Messaging | undefined;
  return {
    nats,
    pep,
    /** Stores a value, whatever it is. */
    put: async (value: unknown) =>
      void (await bucket.put('current', typeof value === 'string' ? value : JSON.stringify(value))),
    clear: () => bucket.delete('current'),
    /** A PDP gives this answer; undefined: nobody serves. */
    async answers(answer: ((request: DecisionRequest) => unknown) | undefined) {
      await pdp?.close();
      pdp = undefined;
      if (!answer) return;
      pdp = await connect({ url: nats.url, name: 'pdp' });
      pdp.serve(decisionEvaluate, async (request) => (await answer(request)) as never);
    },
    /** A PDP that is no JSON at all. */
    async mumbles() {
      const subscription = connection.subscribe(decisionEvaluate.subject, {
        callback: (_error, message) => void message.respond('certainly not'),
      });
      return () => subscription.unsubscribe();
    },
    async stop() {
      await Promise.all([pdp?.close(), pep.close(), connection.close()]);
      await nats.stop();
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;
