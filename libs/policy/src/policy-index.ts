// Finds the policies that can match at all by app, then group, activity type and extension, without looking at others.
import type { CompiledPolicy, Scopes } from './compile.ts';

/** What a request says in the fields of the index, folded. */
export type IndexKey = { readonly [field in keyof Scopes]: readonly string[] };

export type PolicyIndex = {
  /** Policies none of whose rows on the fields of the index misses; each once. */
  readonly candidates: (key: IndexKey) => readonly CompiledPolicy[];
  /** Policies for these apps, then policies for any app. */
  readonly ofApps: (apps: readonly string[]) => readonly (readonly CompiledPolicy[])[];
};

type Node = { readonly byValue: ReadonlyMap<string, Node>; readonly rest: Node } | { readonly leaf: CompiledPolicies };
type CompiledPolicies = readonly CompiledPolicy[];

const fields = ['apps', 'groups', 'activities', 'extensions'] as const satisfies readonly (keyof Scopes)[];

/** Indexes policies by the rows that must hit. */
export function indexPolicies(policies: CompiledPolicies): PolicyIndex {
  const root = nodeOf(policies, 0);
  const { byValue, rest } = split(policies, 'apps');
  return {
    candidates(key) {
      const found: CompiledPolicy[] = [];
      collect(root, key, 0, found);
      // A policy for two groups of one user is found twice.
      const single = fields.every((field) => key[field].length < 2);
      return single ? found : [...new Set(found)];
    },
    ofApps: (apps) => [...apps.map((app) => byValue.get(app) ?? []), rest],
  };
}

function nodeOf(policies: CompiledPolicies, depth: number): Node {
  const field = fields[depth];
  if (field === undefined) return { leaf: policies };
  const { byValue, rest } = split(policies, field);
  const below = [...byValue].map(([value, some]) => [value, nodeOf(some, depth + 1)] as const);
  return { byValue: new Map(below), rest: nodeOf(rest, depth + 1) };
}

function split(policies: CompiledPolicies, field: keyof Scopes) {
  const byValue = new Map<string, CompiledPolicy[]>();
  const rest: CompiledPolicy[] = [];
  for (const policy of policies) {
    const scope = policy.scopes[field];
    if (scope === undefined) rest.push(policy);
    for (const value of scope ?? []) {
      const some = byValue.get(value);
      if (some === undefined) byValue.set(value, [policy]);
      else some.push(policy);
    }
  }
  return { byValue, rest };
}

function collect(node: Node, key: IndexKey, depth: number, found: CompiledPolicy[]): void {
  if ('leaf' in node) {
    for (const policy of node.leaf) found.push(policy);
    return;
  }
  for (const value of key[fields[depth]!]) {
    const below = node.byValue.get(value);
    if (below !== undefined) collect(below, key, depth + 1, found);
  }
  collect(node.rest, key, depth + 1, found);
}
