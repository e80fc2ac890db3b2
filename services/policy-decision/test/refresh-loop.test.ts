import { describe, expect, it } from 'vitest';
import { LivePolicies } from '../src/live-policies.ts';
import { RefreshLoop } from '../src/refresh-loop.ts';

function world() {
  const log: string[] = [];
  const state = { now: 0, epoch: 1, down: false, yields: false };
  const set = async () => {
    if (state.down) throw new Error('down');
    return { epoch: state.epoch, policies: [] };
  };
  const policies = new LivePolicies({ epoch: async () => (await set()).epoch, load: set }, () => state.now);
  const loop = new RefreshLoop({
    policies,
    publish: async () => {
      log.push(state.yields ? 'yields' : `published ${policies.current().epoch}`);
      return !state.yields;
    },
    onFirstLoad: () => log.push('serving'),
    onError: (_, doing) => log.push(`cannot ${doing}`),
    pollMs: 3_600_000,
    publishMs: 60_000,
    now: () => state.now,
  });
  return { log, state, loop };
}

describe('refresh loop', () => {
  it('serves once loaded, publishes on change and on time', async () => {
    const { log, state, loop } = world();
    await loop.start();
    await loop.wake();
    state.epoch = 2;
    await loop.wake();
    state.now = 59_999;
    await loop.wake();
    state.now = 60_000;
    await loop.wake();
    await loop.stop();
    await loop.wake();
    expect(log).toEqual(['serving', 'published 1', 'published 2', 'published 2']);
  });

  it('tells of an outage once and recovers', async () => {
    const { log, state, loop } = world();
    state.down = true;
    await loop.start();
    await loop.wake();
    state.down = false;
    await loop.wake();
    await loop.stop();
    expect(log).toEqual(['cannot load the policies', 'serving', 'published 1']);
  });

  it('publishes at the next turn when it had to yield', async () => {
    const { log, state, loop } = world();
    state.yields = true;
    await loop.start();
    state.yields = false;
    await loop.wake();
    await loop.stop();
    expect(log).toEqual(['serving', 'yields', 'published 1']);
  });
});
