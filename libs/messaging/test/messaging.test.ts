import { randomUUID } from 'node:crypto';
import { catalogueBucket, policyChanged } from '@gatehouse/contracts/catalogue';
import { sessionRevoke, sessionTouch } from '@gatehouse/contracts/session-control';
import { startNats, type TestNats } from '@gatehouse/testkit/world';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectNats } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Messaging } from '../src/messaging.ts';
import { MessagingError } from '../src/messaging-error.ts';

let nats: TestNats;
let messaging: Messaging;

beforeAll(async () => {
  nats = await startNats();
  messaging = await connect({ url: nats.url, name: 'test' });
});

afterAll(async () => {
  await messaging?.close();
  await nats?.stop();
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited 10 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const change = (id: string) => ({ id, policyId: 'p1', version: 1, changedBy: 'test' });

describe('requests', () => {
  it('answers UNREACHABLE while nobody serves, then the answer', async () => {
    const ask = () => messaging.request(sessionTouch, { seen: [] });
    await expect(ask()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    messaging.serve(sessionTouch, async ({ seen }) => {
      if (seen.length === 1) throw new Error('secret detail');
      if (seen.length === 2) throw new MessagingError('REFUSED', 'no room');
      if (seen.length === 3) await new Promise((resolve) => setTimeout(resolve, 500));
      return { updated: seen.length };
    });
    expect(await ask()).toEqual({ updated: 0 });
  });

  it.each([
    [1, 'BROKEN'],
    [2, 'REFUSED'],
    [3, 'TIMEOUT'],
  ])('tells a failing handler apart (%i: %s)', async (count, code) => {
    const seen = Array.from({ length: count }, () => ({ sessionId: randomUUID(), at: new Date().toISOString() }));
    const asked = messaging.request(sessionTouch, { seen }, { deadlineMs: 200 });
    await expect(asked).rejects.toMatchObject({ code });
    await expect(asked).rejects.not.toThrow(/secret detail/);
  });
});

describe('events', () => {
  it('delivers once per id, retries a thrown handler and dead-letters an invalid event', async () => {
    const seen: string[] = [];
    const id = randomUUID();
    await messaging.consume(policyChanged, 'policy-decision', async (event) => {
      seen.push(event.id);
      if (seen.length === 1) throw new Error('try again');
    });
    await messaging.publish(policyChanged, change(id));
    await messaging.publish(policyChanged, change(id));
    const raw = await connectNats({ servers: nats.url });
    await jetstream(raw).publish('policy.changed', '{"id":1}');
    const dead = async () => (await (await jetstreamManager(raw)).streams.info('DEAD_LETTERS')).state.messages;
    await until(async () => seen.length === 2 && (await dead()) === 1);
    expect(seen).toEqual([id, id]);
    await raw.close();
  });
});

describe('buckets', () => {
  it('delivers what is there before watch resolves, then changes', async () => {
    const bucket = await messaging.bucket(catalogueBucket);
    const value = { version: 1, apps: [], assignments: [], ipRanges: [], identityProviders: [], settings: {} };
    await bucket.put('current', value);
    const versions: (number | undefined)[] = [];
    await bucket.watch((_key, seen) => versions.push(seen?.version));
    expect(versions).toEqual([1]);
    await bucket.put('current', { ...value, version: 2 });
    await bucket.delete('current');
    await until(() => versions.length === 3);
    expect(versions).toEqual([1, 2, undefined]);
  });
});

it('refuses at once while NATS is away, and recovers by itself', async () => {
  await nats.halt();
  await until(() => !messaging.connected());
  await expect(messaging.request(sessionTouch, { seen: [] })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await nats.resume();
  await until(() => messaging.connected());
  expect(await messaging.request(sessionTouch, { seen: [] })).toEqual({ updated: 0 });
});

describe('a drain', () => {
  it('finishes what is in hand, takes nothing new, and still can ask and publish', async () => {
    const serving = await connect({ url: nats.url, name: 'draining' });
    const steps: string[] = [];
    serving.serve(sessionRevoke, async () => {
      steps.push('taken');
      await new Promise((resolve) => setTimeout(resolve, 300));
      steps.push('answered');
      return { revoked: 1 };
    });
    const ask = () => messaging.request(sessionRevoke, { by: 'test' }, { deadlineMs: 2_000 });
    // One round trip, so that the server knows the subscription before somebody else asks.
    await serving.request(sessionTouch, { seen: [] });
    const first = ask();
    await until(() => steps.length === 1);
    await serving.stopServing();
    expect(steps).toEqual(['taken', 'answered']);
    expect(await first).toEqual({ revoked: 1 });
    await expect(ask()).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(await serving.request(sessionTouch, { seen: [] })).toEqual({ updated: 0 });
    await serving.publish(policyChanged, change(randomUUID()));
    await serving.close();
  });
});
