// One change of the catalogue: lock, check against the others, write. Used by the routes and by the seed file.
import { activityRecorded } from '@gatehouse/contracts/activity';
import type { Bypass, IpRange } from '@gatehouse/contracts/catalogue';
import { enqueue } from '@gatehouse/postgres/outbox';
import type { EntityManager } from 'typeorm';
import type { Actor } from './audit.store.ts';
import { bypassActivity } from './bypass.activity.ts';
import { checkBypass } from './bypass.check.ts';
import { checkApp, checkAssignment, checkIpRange, checkSettings } from './catalogue.check.ts';
import { checkDeviceAuthority } from './device.check.ts';
import { checkLabel } from './label.check.ts';
import {
  type Collection,
  findObject,
  type ListedCollection,
  listObjects,
  type Stored,
  type ValueOf,
  writeObject,
} from './object.store.ts';
import { listPolicies } from './policy.store.ts';
import { policiesNaming } from './policy.use.ts';
import { type FieldError, Problem, type Reference } from './problem.ts';

async function othersOf<C extends ListedCollection>(manager: EntityManager, collection: C, id: string) {
  return (await listObjects(manager, collection)).map(({ value }) => value).filter((value) => value.id !== id);
}

type Check<C extends Collection> = (manager: EntityManager, value: ValueOf<C>, suffix: string) => Promise<FieldError[]>;

const checks: { readonly [C in Collection]: Check<C> } = {
  apps: async (manager, app, suffix) => checkApp(app, await othersOf(manager, 'apps', app.id), suffix),
  assignments: async (manager, assignment) => checkAssignment(assignment, await othersOf(manager, 'apps', '')),
  bypasses: async (manager, bypass) => checkBypass(bypass, await othersOf(manager, 'apps', ''), Date.now()),
  'ip-ranges': async (manager, range) => checkIpRange(range, await othersOf(manager, 'ip-ranges', range.id)),
  'identity-providers': async () => [],
  'device-authorities': async (manager, authority) =>
    checkDeviceAuthority(authority, await othersOf(manager, 'device-authorities', authority.id), Date.now()),
  settings: async (_, settings) => checkSettings(settings),
  labels: async (manager, label) => checkLabel(label, await othersOf(manager, 'labels', label.id)),
};

/** Stores an object after its checks; throws INVALID or IN_USE. The caller holds the write lock. */
export async function saveObject<C extends Collection>(
  manager: EntityManager,
  actor: Actor,
  change: { collection: C; id: string; before: Stored<ValueOf<C>> | undefined; value: ValueOf<C>; suffix: string },
): Promise<void> {
  const { collection, id, before, value, suffix } = change;
  const errors = await (checks[collection] as Check<C>)(manager, value, suffix);
  if (errors.length > 0) throw new Problem('INVALID', { detail: 'Not saved: some fields need attention.', errors });
  if (collection === 'ip-ranges' && before !== undefined) {
    refuseIfUsed(await policiesLosing(manager, before.value as IpRange, value as IpRange));
  }
  await writeObject(manager, actor, { collection, id, before, value });
  if (collection === 'bypasses') await enqueue(manager, activityRecorded, bypassActivity(value as Bypass, actor));
}

function refuseIfUsed(usedBy: readonly Reference[]): void {
  if (usedBy.length === 0) return;
  const list = usedBy.map(({ type, name }) => `${type} "${name}"`).join(', ');
  throw new Problem('IN_USE', { detail: `Still used by ${list}. Change those first.`, usedBy });
}

/** Policies that name a tag or category which no range would carry any more. */
async function policiesLosing(manager: EntityManager, before: IpRange, after: IpRange | undefined) {
  const rest = [...(await othersOf(manager, 'ip-ranges', before.id)), ...(after === undefined ? [] : [after])];
  const lostTags = before.tags.filter((tag) => !rest.some(({ tags }) => tags.includes(tag)));
  const lostCategory = rest.some(({ category }) => category === before.category) ? [] : [before.category];
  const policies = await listPolicies(manager);
  const found = [
    ...policiesNaming(policies, 'ip.tags', lostTags),
    ...policiesNaming(policies, 'ip.category', lostCategory),
  ];
  return found.filter(({ id }, at) => found.findIndex((other) => other.id === id) === at);
}

async function usersOf(manager: EntityManager, collection: ListedCollection, id: string): Promise<Reference[]> {
  if (collection === 'apps') {
    const assignments = (await listObjects(manager, 'assignments')).filter(({ value }) => value.app === id);
    const naming = policiesNaming(await listPolicies(manager), 'app', [id]);
    const bypasses = (await listObjects(manager, 'bypasses')).filter(({ value }) => value.app === id);
    const uses = (type: string, found: typeof assignments | typeof bypasses) =>
      found.map(({ value }) => ({ type, id: value.id, name: value.id }));
    return [...naming, ...uses('assignment', assignments), ...uses('bypass', bypasses)];
  }
  if (collection !== 'ip-ranges') return [];
  const range = await findObject(manager, 'ip-ranges', id);
  return range === undefined ? [] : policiesLosing(manager, range.value, undefined);
}

/** Deletes an object nobody uses; throws IN_USE. The caller holds the write lock. */
export async function deleteObject<C extends ListedCollection>(
  manager: EntityManager,
  actor: Actor,
  change: { collection: C; id: string; before: Stored<ValueOf<C>> },
): Promise<void> {
  refuseIfUsed(await usersOf(manager, change.collection, change.id));
  await writeObject(manager, actor, { ...change, value: undefined });
}
