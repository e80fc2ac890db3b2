import { catalogueSchema } from '@gatehouse/contracts/catalogue';
import { expect, it } from 'vitest';
import { cataloguePublisher } from './catalogue.publisher.ts';

const at = (version: number) =>
  catalogueSchema.parse({ version, apps: [], assignments: [], ipRanges: [], identityProviders: [], settings: {} });

function world() {
  const state = { stored: 1, bucket: [] as number[], failures: 0, down: false, onPut: () => {} };
  const publisher = cataloguePublisher({
    read: async () => at(state.stored),
    version: async () => state.stored,
    put: async ({ version }) => {
      if (state.down) throw new Error('NATS is away');
      state.bucket.push(version);
      state.onPut();
    },
    published: async () => (state.bucket.length === 0 ? undefined : at(state.bucket.at(-1) ?? 0)),
    failed: () => {
      state.failures += 1;
    },
  });
  return { state, publisher };
}

it('puts again what another replica committed meanwhile', async () => {
  const { state, publisher } = world();
  state.onPut = () => {
    state.stored = 2;
  };
  await publisher.publish();
  expect(state.bucket).toEqual([1, 2]);
});

it('catches up after an outage, and then leaves the bucket alone', async () => {
  const { state, publisher } = world();
  state.down = true;
  await publisher.publish();
  expect([state.bucket, state.failures]).toEqual([[], 1]);
  state.down = false;
  await publisher.reconcile();
  await publisher.reconcile();
  expect(state.bucket).toEqual([1]);
});
