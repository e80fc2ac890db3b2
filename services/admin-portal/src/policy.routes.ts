// Policies: form and YAML, versions, state, templates.
import { lintFindingSchema } from '@gatehouse/contracts/lint';
import { policySchema, type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { policyToYaml } from '@gatehouse/policy/yaml';
import { z } from 'zod';
import { actorOf } from './actor.ts';
import { fieldErrorSchema } from './openapi.ts';
import { checkPolicy, fromYaml, requirePolicy, type Written } from './policy.check.ts';
import { lintDraft, lintStored } from './policy.lint.ts';
import {
  getDeletedPolicy,
  getPolicy,
  listPolicies,
  listVersions,
  policyEpoch,
  policyVersionSchema,
  writePolicy,
} from './policy.store.ts';
import { Problem } from './problem.ts';
import { type Answer, type Call, route } from './route.ts';
import { lockWrites } from './sql.ts';
import { requireVersion, versioned } from './version.ts';

const stateSchema = z.enum(['enabled', 'reportOnly', 'disabled']);

function written(call: Call): Written {
  return call.yaml === undefined ? { value: call.body } : fromYaml(call.yaml);
}

const list = route(
  {
    method: 'get',
    path: '/policies',
    summary: 'All policies',
    role: 'reader',
    query: z.object({
      state: stateSchema.optional(),
      kind: z.enum(['SessionPolicy', 'AccessPolicy']).optional(),
      search: z.string().optional(),
    }),
    output: z.object({ policies: z.array(storedPolicySchema), epoch: z.number().int() }),
  },
  async ({ portal, query }) => {
    const search = query.search?.toLowerCase() ?? '';
    const policies = (await listPolicies(portal.db)).filter(
      ({ policy }) =>
        (query.state === undefined || policy.state === query.state) &&
        (query.kind === undefined || policy.kind === query.kind) &&
        `${policy.name}\n${policy.description ?? ''}`.toLowerCase().includes(search),
    );
    return { body: { policies, epoch: await policyEpoch(portal.db) } };
  },
);

const templateList = route(
  {
    method: 'get',
    path: '/policies/templates',
    summary: 'Policies to start from',
    role: 'reader',
    output: z.object({
      templates: z.array(
        z.object({ id: z.string(), title: z.string(), description: z.string(), policy: policySchema }),
      ),
    }),
  },
  async ({ portal }) => ({ body: { templates: portal.templates } }),
);

const findingList = route(
  {
    method: 'get',
    path: '/policies/findings',
    summary: 'What the linter says about all policies',
    role: 'reader',
    output: z.object({ findings: z.array(lintFindingSchema) }),
  },
  async ({ portal }) => ({ body: { findings: await lintStored(portal.db) } }),
);

const validation = route(
  {
    method: 'post',
    path: '/policies/validate',
    summary: 'Check a policy without saving it',
    role: 'reader',
    query: z.object({ id: z.string().optional() }),
    body: z.unknown(),
    yaml: true,
    output: z.union([
      z.object({ ok: z.literal(true), policy: policySchema, findings: z.array(lintFindingSchema) }),
      z.object({ ok: z.literal(false), errors: z.array(fieldErrorSchema) }),
    ]),
  },
  async (call) => {
    const checked = await checkPolicyOrYaml(call, call.query.id);
    if ('errors' in checked) return { body: { ok: false, errors: checked.errors } };
    const findings = await lintDraft(call.portal.db, checked.ok, call.query.id);
    return { body: { ok: true, policy: checked.ok, findings } };
  },
);

/** Bad YAML is an answer here, as it is what the question was about. */
async function checkPolicyOrYaml(call: Call, id: string | undefined) {
  try {
    return await checkPolicy(call.portal.db, written(call), id);
  } catch (error) {
    if (error instanceof Problem && error.code === 'INVALID') return { errors: error.details.errors ?? [] };
    throw error;
  }
}

const create = route(
  {
    method: 'post',
    path: '/policies',
    summary: 'Create a policy',
    role: 'operator',
    status: 201,
    body: z.unknown(),
    yaml: true,
    output: storedPolicySchema,
  },
  async (call) => {
    const stored = await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const policy = await requirePolicy(manager, written(call));
      return writePolicy(manager, actorOf(call), { action: 'create', before: undefined, policy });
    });
    return versioned(stored);
  },
);

const getYaml = route(
  {
    method: 'get',
    path: '/policies/:id.yaml',
    summary: 'A policy as YAML',
    role: 'reader',
    answersYaml: true,
  },
  async ({ portal, params }) => {
    const { policy, version } = await getPolicy(portal.db, params.id ?? '');
    const text = { type: 'application/yaml; charset=utf-8', content: policyToYaml(policy) };
    return { text, headers: { etag: `"${version}"` } };
  },
);

const get = route(
  { method: 'get', path: '/policies/:id', summary: 'One policy', role: 'reader', output: storedPolicySchema },
  async ({ portal, params }) => versioned(await getPolicy(portal.db, params.id ?? '')),
);

function requirePortalOwned({ source }: StoredPolicy): void {
  if (source === undefined) return;
  const detail = `This policy is kept as code (${source.set}, ${source.path}). Change it there, or detach it first.`;
  throw new Problem('CODE_OWNED', { detail });
}

type Edit = { readonly action: 'update' | 'delete'; readonly next: (before: StoredPolicy) => Written };

async function edit(call: Call, { action, next }: Edit): Promise<Answer> {
  const stored = await call.portal.db.transaction(async (manager) => {
    await lockWrites(manager);
    const before = await getPolicy(manager, call.params.id ?? '');
    requireVersion(call, before);
    requirePortalOwned(before);
    const policy = action === 'delete' ? before.policy : await requirePolicy(manager, next(before), before.id);
    return writePolicy(manager, actorOf(call), { action, before, policy });
  });
  return action === 'delete' ? {} : versioned(stored);
}

const putShape = {
  method: 'put',
  role: 'operator',
  versioned: true,
  body: z.unknown(),
  yaml: true,
  output: storedPolicySchema,
} as const;

const putYaml = route({ ...putShape, path: '/policies/:id.yaml', summary: 'Replace a policy by YAML' }, (call) =>
  edit(call, { action: 'update', next: () => written(call) }),
);

const put = route({ ...putShape, path: '/policies/:id', summary: 'Replace a policy' }, (call) =>
  edit(call, { action: 'update', next: () => written(call) }),
);

const patchState = route(
  {
    method: 'patch',
    path: '/policies/:id/state',
    summary: 'Enable, report only, disable',
    role: 'operator',
    versioned: true,
    body: z.strictObject({ state: stateSchema }),
    output: storedPolicySchema,
  },
  (call) => edit(call, { action: 'update', next: ({ policy }) => ({ value: { ...policy, state: call.body.state } }) }),
);

const remove = route(
  {
    method: 'delete',
    path: '/policies/:id',
    summary: 'Delete a policy',
    role: 'operator',
    versioned: true,
    status: 204,
  },
  (call) => edit(call, { action: 'delete', next: ({ policy }) => ({ value: policy }) }),
);

const restore = route(
  {
    method: 'post',
    path: '/policies/:id/restore',
    summary: 'Undo the delete of a policy',
    role: 'operator',
    output: storedPolicySchema,
  },
  async (call) => {
    const stored = await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getDeletedPolicy(manager, call.params.id ?? '');
      const policy = await requirePolicy(manager, { value: before.policy }, before.id);
      // What code deleted comes back as the portal's own: the next apply would only delete it again.
      return writePolicy(manager, actorOf(call), { action: 'restore', before, policy, source: null });
    });
    return versioned(stored);
  },
);

const detach = route(
  {
    method: 'post',
    path: '/policies/:id/detach',
    summary: 'Hand a policy kept as code over to the portal',
    role: 'operator',
    versioned: true,
    output: storedPolicySchema,
  },
  async (call) => {
    const stored = await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getPolicy(manager, call.params.id ?? '');
      requireVersion(call, before);
      if (before.source === undefined) return before;
      const { policy } = before;
      return writePolicy(manager, actorOf(call), { action: 'update', before, policy, source: null, auditAs: 'detach' });
    });
    return versioned(stored);
  },
);

const versions = route(
  {
    method: 'get',
    path: '/policies/:id/versions',
    summary: 'All versions of a policy, newest first',
    role: 'reader',
    output: z.object({ versions: z.array(policyVersionSchema) }),
  },
  async ({ portal, params }) => {
    const id = z.uuid().safeParse(params.id);
    const found = id.success ? await listVersions(portal.db, id.data) : [];
    if (found.length === 0) throw new Problem('NOT_FOUND', { detail: 'There is no such policy.' });
    return { body: { versions: found } };
  },
);

/** `.yaml` before the plain id, which would match it too. */
export const policyRoutes = [
  list,
  templateList,
  findingList,
  validation,
  create,
  getYaml,
  get,
  putYaml,
  put,
  patchState,
  remove,
  restore,
  detach,
  versions,
];
