import { generateKeyPairSync } from 'node:crypto';
import { readSnapshot, type SignedSnapshot } from '@gatehouse/policy/snapshot';
import { describe, expect, it } from 'vitest';
import { LivePolicies } from '../src/live-policies.ts';
import { publishSnapshot } from '../src/publish-snapshot.handler.ts';
import { readSigningKey, snapshotSigner } from '../src/snapshot-signer.ts';
import { blockXls, stored } from './policies.ts';

const ed25519 = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function world() {
  const state = { now: Date.parse('2026-01-05T10:00:00Z'), epoch: 5, value: undefined as SignedSnapshot | undefined };
  const set = async () => ({ epoch: state.epoch, policies: [stored('a', blockXls)] });
  const policies = new LivePolicies({ epoch: async () => state.epoch, load: set }, () => state.now);
  await policies.refresh();
  const signer = snapshotSigner(ed25519());
  const bucket = {
    get: async () => state.value,
    put: async (_: string, value: SignedSnapshot) => {
      state.value = value;
    },
  };
  const publish = () => publishSnapshot({ policies, bucket, signer, now: () => state.now });
  const read = () => readSnapshot(state.value!, { verify: signer.verify, now: state.now });
  return { state, policies, signer, publish, read };
}

describe('publishing the snapshot', () => {
  it('signs what is in force', async () => {
    const { publish, read, state } = await world();
    expect(await publish()).toBe(true);
    expect(read()).toMatchObject({ type: 'snapshot', version: 5, policies: [{ id: 'a' }] });
    state.value = { ...state.value!, payload: state.value!.payload.replace('block', 'allow') };
    expect(read()).toEqual({ type: 'refused', cause: 'signature' });
    state.value = { ...state.value, signature: 'nonsense' };
    expect(read()).toEqual({ type: 'refused', cause: 'signature' });
  });

  it('yields to a newer one just issued, but not for long', async () => {
    const { publish, read, state, policies } = await world();
    state.epoch = 6;
    await policies.refresh();
    await publish();
    state.epoch = 5;
    await policies.refresh();
    expect(await publish()).toBe(false);
    state.now += 10_000;
    await policies.refresh();
    expect(await publish()).toBe(true);
    expect(read()).toMatchObject({ version: 5 });
  });

  it('replaces one that another key signed', async () => {
    const { publish, read, state } = await world();
    state.value = snapshotSigner(ed25519()).sign(
      JSON.stringify({ version: 99, issuedAt: new Date(state.now).toISOString(), policies: [] }),
    );
    expect(await publish()).toBe(true);
    expect(read()).toMatchObject({ version: 5 });
  });

  it('never issues stale policies as fresh', async () => {
    const { publish, state } = await world();
    state.now += 5_001;
    expect(await publish()).toBe(false);
    expect(state.value).toBeUndefined();
  });

  it('takes Ed25519 keys only', () => {
    const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    expect(() => readSigningKey(p256)).toThrow('Ed25519');
    expect(() => readSigningKey('nonsense')).toThrow();
  });
});
