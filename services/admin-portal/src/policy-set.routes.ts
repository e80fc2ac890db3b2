// Policies as code: what applying a set of YAML files would change, and applying exactly that, all or nothing.
import { lintFindingSchema } from '@gatehouse/contracts/lint';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { types } from '@gatehouse/dlp/information-types/all';
import { lint } from '@gatehouse/policy/lint/lint';
import {
  type PlacedProblem,
  type PlacedResult,
  type PolicySet,
  readPolicySet,
  runSetTests,
} from '@gatehouse/policy/policy-set';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { actorOf } from './actor.ts';
import type { Actor } from './audit.store.ts';
import { listObjects } from './object.store.ts';
import { lintFacts, storedSubjects } from './policy.lint.ts';
import { type Plan, type PlanOptions, type PolicyChange, planPolicies, revisionOf } from './policy.plan.ts';
import { listPolicies, writePolicy } from './policy.store.ts';
import { type FieldError, Problem } from './problem.ts';
import { type Call, route } from './route.ts';
import { lockWrites } from './sql.ts';

const setSchema = z.strictObject({
  /** Name of the repository; policies of other sets are never touched. */
  set: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/, 'must be letters, digits, dot, slash, dash or underscore')
    .default('default'),
  files: z.array(z.strictObject({ path: z.string().min(1).max(500), text: z.string() })).max(2000),
  /** Take over policies of the portal that have the same name. */
  adopt: z.boolean().default(false),
});
type Sent = z.infer<typeof setSchema>;

const changeSchema = z.object({
  action: z.enum(['create', 'update', 'adopt', 'delete']),
  name: z.string(),
  id: z.string().optional(),
  version: z.number().int().optional(),
  path: z.string().optional(),
  diff: z.array(z.object({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
});
const place = { file: z.string(), line: z.number().int(), column: z.number().int() };

const planSchema = z.object({
  set: z.string(),
  changes: z.array(changeSchema),
  unchanged: z.number().int(),
  /** Send it with apply: then exactly this plan is applied, or nothing. */
  revision: z.string(),
  tests: z.object({
    passed: z.number().int(),
    failed: z.array(z.object({ ...place, test: z.string(), name: z.string(), differences: z.array(z.string()) })),
  }),
  findings: z.array(lintFindingSchema.extend(place)),
});

const asErrors = (problems: readonly PlacedProblem[]): FieldError[] =>
  problems.map(({ path, ...rest }) => ({ ...rest, file: path }));

function asFailure({ path, line, column, test, name, differences }: PlacedResult) {
  return { file: path, line, column, test, name, differences: [...differences] };
}

type Prepared = { readonly set: PolicySet; readonly plan: Plan; readonly results: readonly PlacedResult[] };

/** Reads, checks and compares the set; throws INVALID with every problem of every file. */
async function prepare(db: DataSource | EntityManager, sent: Sent): Promise<Prepared> {
  const apps = (await listObjects(db, 'apps')).map(({ value }) => value.id);
  const set = readPolicySet(sent.files, { apps, types: types.map(({ id }) => id) });
  const plan = planPolicies(set.policies, await listPolicies(db), sent);
  const problems = [...set.problems, ...plan.problems];
  if (problems.length > 0) {
    throw new Problem('INVALID', { detail: 'Nothing was changed: the set has problems.', errors: asErrors(problems) });
  }
  return { set, plan, results: runSetTests(set) };
}

function summary(change: PolicyChange): z.infer<typeof changeSchema> {
  if (change.action === 'create') {
    return { action: 'create', name: change.written.policy.name, path: change.written.path, diff: [] };
  }
  const { id, version, policy, source } = change.before;
  if (change.action === 'delete') {
    return { action: 'delete', name: policy.name, id, version, ...(source ? { path: source.path } : {}), diff: [] };
  }
  const { policy: next, path } = { ...change.written, policy: change.written.policy };
  return { action: change.action, name: next.name, id, version, path, diff: [...change.diff] };
}

/** Findings about the set, in the company of everything else that will be stored. */
async function findingsOf(db: DataSource | EntityManager, { set, plan }: Prepared) {
  const replaced = new Set(plan.changes.flatMap((change) => ('before' in change ? [change.before.id] : [])));
  const names = new Map(set.policies.map((one) => [one.policy.name, one]));
  const stored = await storedSubjects(db, (id) => replaced.has(id));
  const fresh = set.policies.filter(({ policy }) => !stored.some((one) => one.policy.name === policy.name));
  const found = lint([...fresh.map(({ policy }) => ({ policy })), ...stored], await lintFacts(db));
  return found.flatMap((finding) => {
    const written = names.get(finding.policy);
    if (written === undefined) return [];
    const { path, line, column } = written.locate(finding.path);
    return [{ ...finding, file: path, line, column }];
  });
}

async function answer(
  db: DataSource | EntityManager,
  sent: Sent,
  prepared: Prepared,
): Promise<z.infer<typeof planSchema>> {
  const { plan, results } = prepared;
  return {
    set: sent.set,
    changes: plan.changes.map(summary),
    unchanged: plan.unchanged,
    revision: revisionOf(plan, optionsOf(sent)),
    tests: {
      passed: results.filter(({ passed }) => passed).length,
      failed: results.filter(({ passed }) => !passed).map(asFailure),
    },
    findings: await findingsOf(db, prepared),
  };
}

const optionsOf = ({ set, adopt }: Sent): PlanOptions => ({ set, adopt });

async function write(manager: EntityManager, actor: Actor, change: PolicyChange, set: string): Promise<StoredPolicy> {
  if (change.action === 'delete') {
    return writePolicy(manager, actor, { action: 'delete', before: change.before, policy: change.before.policy });
  }
  const { policy, path } = { policy: change.written.policy, path: change.written.path };
  const source = { set, path };
  if (change.action === 'create') {
    return writePolicy(manager, actor, { action: 'create', before: undefined, policy, source });
  }
  return writePolicy(manager, actor, {
    action: 'update',
    before: change.before,
    policy,
    source,
    auditAs: change.action,
  });
}

function requireTests(results: readonly PlacedResult[]): void {
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const errors = failed.map(({ path, line, column, field, name, differences }) => {
    return { field, message: `test "${name}" failed: ${differences.join('; ')}`, file: path, line, column };
  });
  throw new Problem('INVALID', { detail: 'Nothing was applied: tests failed.', errors });
}

const shared = { method: 'post', large: true, output: planSchema } as const;

const plan = route(
  {
    ...shared,
    path: '/policy-sets/plan',
    summary: 'What applying a policy set would change',
    role: 'reader',
    body: setSchema,
  },
  async ({ portal, body }) => ({ body: await answer(portal.db, body, await prepare(portal.db, body)) }),
);

const apply = route(
  {
    ...shared,
    path: '/policy-sets/apply',
    summary: 'Apply a policy set: all of it, after its tests, or nothing',
    role: 'operator',
    body: setSchema.extend({ revision: z.string().max(100) }),
  },
  async (call) => {
    const { revision, ...sent } = call.body;
    const body = await call.portal.db.transaction((manager) => applySet(manager, call, sent, revision));
    return { body };
  },
);

async function applySet(manager: EntityManager, call: Pick<Call, 'session' | 'ip'>, sent: Sent, revision: string) {
  await lockWrites(manager);
  const prepared = await prepare(manager, sent);
  requireTests(prepared.results);
  const planned = await answer(manager, sent, prepared);
  if (planned.revision !== revision) {
    const detail = 'Policies or files changed since the plan was made. Plan again and read what is new.';
    throw new Problem('STALE_VERSION', { detail, current: planned });
  }
  for (const change of prepared.plan.changes) await write(manager, actorOf(call), change, sent.set);
  return planned;
}

export const policySetRoutes = [plan, apply];
