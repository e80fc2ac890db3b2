import { describe, expect, it } from 'vitest';
import { LivePolicies } from '../src/live-policies.ts';
import type { PolicySet } from '../src/policy.store.ts';
import { blockXls, stored } from './policies.ts';

function world() {
  const state = { now: 0, loads: 0, down: false, set: { epoch: 1, policies: [stored('a', blockXls)] } as PolicySet };
  const answer = async <T>(value: T): Promise<T> => {
    if (state.down) throw new Error('database is down');
    return value;
  };
  const store = {
    epoch: () => answer(state.set.epoch),
    load: () => {
      state.loads += 1;
      return answer(state.set);
    },
  };
  return { state, policies: new LivePolicies(store, () => state.now) };
}

describe('policies in force', () => {
  it('has nothing to decide from before the first load', async () => {
    const { policies, state } = world();
    expect(() => policies.current()).toThrow(expect.objectContaining({ code: 'POLICIES_UNAVAILABLE' }));
    state.down = true;
    await expect(policies.refresh()).rejects.toThrow('down');
    expect(() => policies.current()).toThrow('not loaded');
  });

  it('loads again only when the epoch moved', async () => {
    const { policies, state } = world();
    expect(await policies.refresh()).toBe(true);
    expect(await policies.refresh()).toBe(false);
    state.set = { epoch: 2, policies: [] };
    expect(await policies.refresh()).toBe(true);
    expect(state.loads).toBe(2);
    expect(policies.current()).toMatchObject({ epoch: 2, policies: [] });
  });

  it('joins refreshes under way', async () => {
    const { policies, state } = world();
    await Promise.all([policies.refresh(), policies.refresh()]);
    expect(state.loads).toBe(1);
  });

  it('decides on while the database is down, first as stale, then not at all', async () => {
    const { policies, state } = world();
    await policies.refresh();
    expect(policies.current().stale).toBe(false);
    state.down = true;
    state.now = 5_001;
    await expect(policies.refresh()).rejects.toThrow('down');
    expect(policies.current().stale).toBe(true);
    state.now = 15 * 60_000 + 1;
    expect(() => policies.current()).toThrow('15 minutes');
    state.down = false;
    await policies.refresh();
    expect(policies.current().stale).toBe(false);
  });
});
