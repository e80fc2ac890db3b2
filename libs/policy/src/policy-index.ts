// Finds the policies that can match at all by app, then group, then activity type, without looking at the others.
import type { CompiledPolicy } from './compile.ts';

/** What a request says in the three fields of the index, folded. */
export type IndexKey = { readonly app: string; readonly groups: readonly string[]; readonly activity: string };

export type PolicyIndex = {
  /** Policies none of whose rows on app, group and activity type misses; each once. */
  readonly candidates: (key: IndexKey) => readonly CompiledPolicy[];
  /** Policies for this app, then policies for any app. */
  readonly ofApp: (app: string) => Iterable<CompiledPolicy>;
};

type Level<T> = { readonly byValue: ReadonlyMap<string, T>; readonly rest: T };
type Scope = ReadonlySet<string> | undefined;

/** Indexes policies by the rows that must hit. */
export function indexPolicies(policies: readonly CompiledPolicy[]): PolicyIndex {
  const byActivity = (some: readonly CompiledPolicy[]) => levelOf(some, ({ activities }) => activities, asIs);
  const byGroup = (some: readonly CompiledPolicy[]) => levelOf(some, ({ groups }) => groups, byActivity);
  const byApp = levelOf(policies, ({ apps }) => apps, byGroup);
  const lists = levelOf(policies, ({ apps }) => apps, asIs);
  return {
    candidates: ({ app, groups, activity }) => {
      const found: CompiledPolicy[] = [];
      visit(byApp, [app], (ofApp) =>
        visit(ofApp, groups, (ofGroup) => visit(ofGroup, [activity], (some) => append(found, some))),
      );
      // A policy for two groups of one user is found twice.
      return groups.length > 1 ? [...new Set(found)] : found;
    },
    *ofApp(app) {
      yield* lists.byValue.get(app) ?? [];
      yield* lists.rest;
    },
  };
}

const asIs = (policies: readonly CompiledPolicy[]) => policies;

function levelOf<T>(
  policies: readonly CompiledPolicy[],
  scopeOf: (policy: CompiledPolicy) => Scope,
  next: (policies: readonly CompiledPolicy[]) => T,
): Level<T> {
  const byValue = new Map<string, CompiledPolicy[]>();
  const rest: CompiledPolicy[] = [];
  for (const policy of policies) {
    const scope = scopeOf(policy);
    if (scope === undefined) rest.push(policy);
    for (const value of scope ?? []) {
      const some = byValue.get(value);
      if (some === undefined) byValue.set(value, [policy]);
      else some.push(policy);
    }
  }
  return { byValue: new Map([...byValue].map(([value, some]) => [value, next(some)])), rest: next(rest) };
}

function visit<T>(level: Level<T>, values: readonly string[], use: (found: T) => void): void {
  for (const value of values) {
    const found = level.byValue.get(value);
    if (found !== undefined) use(found);
  }
  use(level.rest);
}

function append(found: CompiledPolicy[], some: readonly CompiledPolicy[]): void {
  for (const policy of some) found.push(policy);
}
