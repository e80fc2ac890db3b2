// Compiled policies: what evaluation needs, worked out once per change of policies.
import type { RowTrace } from '@gatehouse/contracts/decision';
import type { Filter, FilterRow, Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { type BrokenReferences, indexBrokenReferences, isBroken } from './broken-references.ts';
import { type CompiledFilter, compileFilter, UnreadableFilter } from './compile-filter.ts';
import { compileInspection } from './compile-inspection.ts';
import { withoutDot } from './criteria/file-extension.ts';
import { fold } from './match/text-match.ts';
import { indexPolicies, type PolicyIndex } from './policy-index.ts';

/** Folded values of a top-level row that must hit; undefined: no such row. */
export type Scope = ReadonlySet<string> | undefined;

/** What narrows a policy before any of its rows is looked at. */
export type Scopes = {
  readonly apps: Scope;
  readonly groups: Scope;
  readonly activities: Scope;
  readonly extensions: Scope;
};

export type CompiledPolicy = {
  readonly id: string;
  readonly version: number;
  readonly policy: Policy;
  readonly state: 'enabled' | 'reportOnly';
  /** Apps it can match at all. */
  readonly apps: Scope;
  readonly scopes: Scopes;
  readonly filters: readonly CompiledFilter[];
  /** Some filter is a group: the trace then says how the rows hang together. */
  readonly grouped: boolean;
  /** A row may hit because the file is infected. */
  readonly asksForMalware: boolean;
  /** The label to protect with no longer exists: then there is no protection, and never the clear file. */
  readonly labelGone: boolean;
  readonly labelPriority: number;
};

export type CompiledPolicies = {
  readonly access: readonly CompiledPolicy[];
  /** Session policies for every activity. */
  readonly monitor: readonly CompiledPolicy[];
  /** Session policies for downloads and views of files. */
  readonly download: readonly CompiledPolicy[];
  readonly indexed: Readonly<Record<'access' | 'monitor' | 'download', PolicyIndex>>;
};

/** Ranks labels by id or name, for files that two policies want to protect differently. */
export type LabelPriority = Readonly<Record<string, number>>;

/** Compiles stored policies; disabled ones are left out. */
export function compile(
  policies: readonly StoredPolicy[],
  options: { readonly labelPriority?: LabelPriority } = {},
): CompiledPolicies {
  const compiled = policies.flatMap((stored) => compilePolicy(stored, options.labelPriority ?? {}));
  const session = (controlType: string) =>
    compiled.filter(({ policy }) => policy.kind === 'SessionPolicy' && policy.controlType === controlType);
  const access = compiled.filter(({ policy }) => policy.kind === 'AccessPolicy');
  const [monitor, download] = [session('monitor'), session('monitorAndControlDownload')];
  const indexed = {
    access: indexPolicies(access),
    monitor: indexPolicies(monitor),
    download: indexPolicies(download),
  };
  return { access, monitor, download, indexed };
}

function compilePolicy(stored: StoredPolicy, labelPriority: LabelPriority): CompiledPolicy[] {
  const { id, version, policy } = stored;
  if (policy.state === 'disabled') return [];
  const broken = indexBrokenReferences(stored.brokenReferences);
  const filters = readFilters(policy, broken);
  const scopes = scopesOf(filters === undefined ? [] : [...policy.activity, ...filesOf(policy)], broken);
  const label = policy.action.label ?? '';
  return [
    {
      id,
      version,
      policy,
      state: policy.state,
      apps: scopes.apps,
      scopes,
      filters: filters ?? [],
      grouped: [...policy.activity, ...filesOf(policy)].some((filter) => !('field' in filter)),
      asksForMalware: filesOf(policy).flatMap(rowsIn).some(asksForMalware),
      labelGone: isBroken(broken, 'action.label', label),
      labelPriority: labelPriority[label] ?? 0,
    },
  ];
}

const filesOf = (policy: Policy) => (policy.kind === 'SessionPolicy' ? policy.files : []);

function rowsIn(filter: Filter): readonly FilterRow[] {
  if ('any' in filter) return filter.any.flatMap(rowsIn);
  if ('all' in filter) return filter.all.flatMap(rowsIn);
  return 'not' in filter ? rowsIn(filter.not) : [filter];
}

const asksForMalware = ({ field, values }: FilterRow) =>
  field === 'file.malware' && values.some((value) => fold(String(value)) === 'true');

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

function scopesOf(filters: readonly Filter[], broken: BrokenReferences): Scopes {
  return {
    apps: scopeOf(filters, 'app', broken),
    groups: scopeOf(filters, 'user.group', broken),
    activities: scopeOf(filters, 'activity.type', broken),
    extensions: scopeOf(filters, 'file.extension', broken),
  };
}

/** A row that names something that is gone could hit for anybody: it narrows nothing. */
function scopeOf(filters: readonly Filter[], field: string, broken: BrokenReferences): Scope {
  for (const filter of filters) {
    if (!('field' in filter) || filter.field !== field || filter.operator !== 'equals') continue;
    if (filter.values.some((value) => isBroken(broken, field, value))) continue;
    const values = field === 'file.extension' ? filter.values.map(withoutDot) : filter.values;
    return new Set(values.map((value) => fold(String(value))));
  }
  return undefined;
}
