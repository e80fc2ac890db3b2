// Referential integrity: what would be lost with an object, who uses it, and policies failing closed when it is forced.
import type { BrokenReference, StoredPolicy } from '@gatehouse/contracts/policy';
import type { EntityManager } from 'typeorm';
import type { Actor } from './audit.store.ts';
import {
  findObject,
  type ListedCollection,
  listedCollections,
  listObjects,
  type ValueOf,
  writeObject,
} from './object.store.ts';
import { listPolicies, writePolicy } from './policy.store.ts';
import { asReference, isNamed, namedValues, policiesNaming, same } from './policy.use.ts';
import { Problem, type Reference } from './problem.ts';

type Catalogue = { readonly [C in ListedCollection]: readonly ValueOf<C>[] };

/** Whether something that policies name exists, by field. Fields that are not listed are not checked. */
const exists: Readonly<Record<string, (catalogue: Catalogue, value: string) => boolean>> = {
  app: ({ apps }, value) => apps.some(({ id }) => same(id, value)),
  'ip.tags': ({ 'ip-ranges': ranges }, value) => ranges.some(({ tags }) => tags.some((tag) => same(tag, value))),
  'ip.category': ({ 'ip-ranges': ranges }, value) => ranges.some(({ category }) => same(category, value)),
  'ip.isp': ({ 'ip-ranges': ranges }, value) => ranges.some(({ isp }) => isp !== undefined && same(isp, value)),
  // Groups come from the claims that an identity provider maps.
  'user.group': ({ 'identity-providers': providers }) => providers.some(({ enabled }) => enabled),
  'file.label': ({ labels }, value) => labels.some(({ id, name }) => same(id, value) || same(name, value)),
  'action.label': ({ labels }, value) => labels.some(({ id, name }) => same(id, value) || same(name, value)),
};

async function readAll(manager: EntityManager): Promise<Catalogue> {
  const lists = await Promise.all(
    listedCollections.map(
      async (name) => [name, (await listObjects(manager, name)).map(({ value }) => value)] as const,
    ),
  );
  return Object.fromEntries(lists) as unknown as Catalogue;
}

/** The catalogue as it will be: without the object, or with its next value. */
function after<C extends ListedCollection>(
  before: Catalogue,
  change: { collection: C; id: string; value: ValueOf<C> | undefined },
): Catalogue {
  const others = before[change.collection].filter(({ id }) => id !== change.id);
  return { ...before, [change.collection]: change.value === undefined ? others : [...others, change.value] };
}

/** What some policy names, exists now and will not exist then. */
function lostReferences(policies: readonly StoredPolicy[], now: Catalogue, then: Catalogue): BrokenReference[] {
  const named = Object.entries(exists).flatMap(([field, check]) =>
    [...new Set(policies.flatMap(({ policy }) => namedValues(policy, field)))]
      .filter((value) => check(now, value) && !check(then, value))
      .map((value) => ({ field, value })),
  );
  return named;
}

type ObjectChange<C extends ListedCollection> = {
  readonly collection: C;
  readonly id: string;
  /** Absent: delete. */
  readonly value: ValueOf<C> | undefined;
  readonly force: boolean;
};

/**
 * Throws IN_USE with everything that uses what the change takes away; with `force`, the policies among it fail closed
 * and assignments and bypasses of a deleted app go with it. The caller holds the write lock and writes the object afterwards.
 */
export async function releaseReferences<C extends ListedCollection>(
  manager: EntityManager,
  actor: Actor,
  change: ObjectChange<C>,
): Promise<void> {
  const now = await readAll(manager);
  const policies = await listPolicies(manager);
  const lost = lostReferences(policies, now, after(now, change));
  const users = policiesNaming(policies, lost);
  refuseIfAppsSignInBy(change, now);
  const deletesApp = change.collection === 'apps' && change.value === undefined;
  const ofApp = ({ app }: { readonly app: string }) => deletesApp && app === change.id;
  const routes = [
    ...now.assignments.filter(ofApp).map(({ id }) => ({ collection: 'assignments', type: 'assignment', id }) as const),
    ...now.bypasses.filter(ofApp).map(({ id }) => ({ collection: 'bypasses', type: 'bypass', id }) as const),
  ];
  refuse([...users.map(asReference), ...routes.map(({ type, id }) => ({ type, id, name: id }))], change.force);
  for (const user of users) await breakReferences(manager, actor, user, lost);
  for (const { collection, id } of routes) {
    const before = await findObject(manager, collection, id);
    await writeObject(manager, actor, { collection, id, before, value: undefined });
  }
}

/** Not to be forced: an app left without its identity provider would let in whoever another one vouches for. */
function refuseIfAppsSignInBy({ collection, id, value }: ObjectChange<ListedCollection>, { apps }: Catalogue): void {
  if (collection !== 'identity-providers' || value !== undefined) return;
  const usedBy = apps.filter(({ identityProviders }) => identityProviders.includes(id));
  if (usedBy.length === 0) return;
  const detail = `Still used by ${usedBy.map(({ name }) => `app "${name}"`).join(', ')}. Change those first.`;
  throw new Problem('IN_USE', { detail, usedBy: usedBy.map((app) => ({ type: 'app', id: app.id, name: app.name })) });
}

function refuse(usedBy: readonly Reference[], force: boolean): void {
  if (force || usedBy.length === 0) return;
  const list = usedBy.map(({ type, name }) => `${type} "${name}"`).join(', ');
  const detail = `Still used by ${list}. Change those first, or force it: policies among them then fail closed.`;
  throw new Problem('IN_USE', { detail, usedBy });
}

/** The policy stays enabled; its rows on what is gone can no longer be judged, so it acts as if they were hit. */
async function breakReferences(
  manager: EntityManager,
  actor: Actor,
  before: StoredPolicy,
  lost: readonly BrokenReference[],
): Promise<void> {
  const own = lost.filter(({ field, value }) => isNamed(before.policy, field, value));
  const brokenReferences = [...(before.brokenReferences ?? []), ...own];
  const { policy } = before;
  await writePolicy(manager, actor, { action: 'update', before, policy, brokenReferences, auditAs: 'breakReferences' });
}

/** After an object was written: policies whose references exist again work as written again. */
export async function mendReferences(manager: EntityManager, actor: Actor): Promise<void> {
  const broken = (await listPolicies(manager)).filter(({ brokenReferences }) => brokenReferences !== undefined);
  if (broken.length === 0) return;
  const now = await readAll(manager);
  for (const before of broken) {
    const references = before.brokenReferences ?? [];
    const left = references.filter(({ field, value }) => exists[field]?.(now, value) !== true);
    if (left.length === references.length) continue;
    const write = { action: 'update', before, policy: before.policy, brokenReferences: left } as const;
    await writePolicy(manager, actor, { ...write, auditAs: 'mendReferences' });
  }
}
