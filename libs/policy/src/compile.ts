// Compiled policies: what evaluation needs, worked out once per policy version.
import type { RowTrace } from '@gatehouse/contracts/decision';
import type { Filter, Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { type BrokenReferences, indexBrokenReferences, isBroken } from './broken-references.ts';
import { type CompiledFilter, compileFilter, UnreadableFilter } from './compile-filter.ts';
import { compileInspection } from './compile-inspection.ts';
import { fold } from './match/text-match.ts';

export type CompiledPolicy = {
  readonly id: string;
  readonly version: number;
  readonly policy: Policy;
  readonly state: 'enabled' | 'reportOnly';
  /** Folded ids of the apps it can match at all; undefined: any app. */
  readonly apps: ReadonlySet<string> | undefined;
  readonly filters: readonly CompiledFilter[];
  /** A filter could not be read: the policy then counts as matched, since unsure means its action. */
  readonly unreadable: boolean;
  /** The label to protect with no longer exists: then there is no protection, and never the clear file. */
  readonly labelGone: boolean;
};

export type CompiledPolicies = {
  readonly access: readonly CompiledPolicy[];
  /** Session policies for every activity. */
  readonly monitor: readonly CompiledPolicy[];
  /** Session policies for downloads and views of files. */
  readonly download: readonly CompiledPolicy[];
  readonly labelPriority: Readonly<Record<string, number>>;
};

/**
 * Compiles stored policies; disabled ones are left out. `labelPriority` ranks labels by id or name, for files that
 * two policies want to protect differently.
 */
export function compile(
  policies: readonly StoredPolicy[],
  options: { readonly labelPriority?: Readonly<Record<string, number>> } = {},
): CompiledPolicies {
  const compiled = policies.flatMap(compilePolicy);
  const session = (controlType: string) =>
    compiled.filter(({ policy }) => policy.kind === 'SessionPolicy' && policy.controlType === controlType);
  return {
    access: compiled.filter(({ policy }) => policy.kind === 'AccessPolicy'),
    monitor: session('monitor'),
    download: session('monitorAndControlDownload'),
    labelPriority: options.labelPriority ?? {},
  };
}

function compilePolicy({ id, version, policy, brokenReferences }: StoredPolicy): CompiledPolicy[] {
  if (policy.state === 'disabled') return [];
  const broken = indexBrokenReferences(brokenReferences);
  const filters = readFilters(policy, broken);
  return [
    {
      id,
      version,
      policy,
      state: policy.state,
      apps: onlyApps(policy.activity),
      filters: filters ?? [],
      unreadable: filters === undefined,
      labelGone: isBroken(broken, 'action.label', policy.action.label ?? ''),
    },
  ];
}

function readFilters(policy: Policy, broken: BrokenReferences): CompiledFilter[] | undefined {
  const compilePart = (filters: readonly Filter[], part: RowTrace['part']) =>
    filters.map((filter) => compileFilter(filter, { part, broken }));
  try {
    const activity = compilePart(policy.activity, 'activity');
    if (policy.kind === 'AccessPolicy') return activity;
    const inspection = policy.inspection ? [compileInspection(policy.inspection, broken)] : [];
    return [...activity, ...compilePart(policy.files, 'files'), ...inspection];
  } catch (error) {
    if (error instanceof UnreadableFilter) return undefined;
    throw error;
  }
}

function onlyApps(activity: readonly Filter[]): ReadonlySet<string> | undefined {
  for (const filter of activity) {
    if ('field' in filter && filter.field === 'app' && filter.operator === 'equals') {
      return new Set(filter.values.map((value) => fold(String(value))));
    }
  }
  return undefined;
}
