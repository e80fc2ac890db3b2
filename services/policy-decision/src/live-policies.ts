// The policies this instance decides from: last loaded set, and how fresh it is known to be.
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { snapshotMaxAgeMs } from '@gatehouse/contracts/snapshot';
import { type CompiledPolicies, compile } from '@gatehouse/policy/compile';
import type { PolicySet, PolicyStore } from './policy.store.ts';

/** SPEC section 2: a change is in force within 5 s; a set not confirmed for longer says it is stale. */
const freshMs = 5_000;

export type CurrentPolicies = PolicySet & { readonly compiled: CompiledPolicies; readonly stale: boolean };

/** Nothing to decide from: never loaded, or not confirmed for as long as a snapshot may live. */
export class PoliciesUnavailable extends Error {
  readonly code = 'POLICIES_UNAVAILABLE';
}

/** The one way in which policies are made ready, for enforcement, what-if and replay alike. */
export function compileAsEnforced(policies: readonly StoredPolicy[]): CompiledPolicies {
  return compile(policies);
}

export class LivePolicies {
  private set: (PolicySet & { readonly compiled: CompiledPolicies }) | undefined;
  private confirmedAt = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<boolean> | undefined;
  private readonly store: PolicyStore;
  private readonly now: () => number;

  constructor(store: PolicyStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  /** Loads if anything changed; true if so. Rejects, and keeps what it has, if the database cannot be read. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.load().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  /** @throws PoliciesUnavailable */
  current(): CurrentPolicies {
    const age = this.now() - this.confirmedAt;
    if (this.set === undefined) throw new PoliciesUnavailable('policies were not loaded yet');
    if (age > snapshotMaxAgeMs) throw new PoliciesUnavailable('policies were not confirmed for 15 minutes');
    return { ...this.set, stale: age > freshMs };
  }

  private async load(): Promise<boolean> {
    const asked = this.now();
    const changed = this.set === undefined || (await this.store.epoch()) !== this.set.epoch;
    if (changed) {
      const loaded = await this.store.load();
      this.set = { ...loaded, compiled: compileAsEnforced(loaded.policies) };
    }
    this.confirmedAt = asked;
    return changed;
  }
}
