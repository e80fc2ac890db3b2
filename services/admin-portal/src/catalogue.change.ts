// One change of the catalogue: lock, check against the others, write. Used by the routes and by the seed file.
import { activityRecorded } from '@gatehouse/contracts/activity';
import type { Bypass } from '@gatehouse/contracts/catalogue';
import { enqueue } from '@gatehouse/postgres/outbox';
import type { EntityManager } from 'typeorm';
import type { Actor } from './audit.store.ts';
import { bypassActivity } from './bypass.activity.ts';
import { checkBypass } from './bypass.check.ts';
import { checkApp, checkAssignment, checkIpRange, checkSettings } from './catalogue.check.ts';
import { checkDeviceAuthority } from './device.check.ts';
import { checkAppSignIn, checkIdentityProvider } from './identity-provider.check.ts';
import { checkLabel } from './label.check.ts';
import {
  type Collection,
  type ListedCollection,
  listObjects,
  type Stored,
  type ValueOf,
  writeObject,
} from './object.store.ts';
import { type FieldError, Problem } from './problem.ts';
import { mendReferences, releaseReferences } from './reference.change.ts';

async function othersOf<C extends ListedCollection>(manager: EntityManager, collection: C, id: string) {
  return (await listObjects(manager, collection)).map(({ value }) => value).filter((value) => value.id !== id);
}

type Check<C extends Collection> = (manager: EntityManager, value: ValueOf<C>, suffix: string) => Promise<FieldError[]>;

const checks: { readonly [C in Collection]: Check<C> } = {
  apps: async (manager, app, suffix) => {
    const [others, providers] = [
      await othersOf(manager, 'apps', app.id),
      await othersOf(manager, 'identity-providers', ''),
    ];
    return [...checkApp(app, others, suffix), ...checkAppSignIn(app, others, providers)];
  },
  assignments: async (manager, assignment) => checkAssignment(assignment, await othersOf(manager, 'apps', '')),
  bypasses: async (manager, bypass) => checkBypass(bypass, await othersOf(manager, 'apps', ''), Date.now()),
  'ip-ranges': async (manager, range) => checkIpRange(range, await othersOf(manager, 'ip-ranges', range.id)),
  'identity-providers': async (manager, provider) =>
    checkIdentityProvider(provider, await othersOf(manager, 'identity-providers', provider.id), Date.now()),
  'device-authorities': async (manager, authority) =>
    checkDeviceAuthority(authority, await othersOf(manager, 'device-authorities', authority.id), Date.now()),
  settings: async (_, settings) => checkSettings(settings),
  labels: async (manager, label) => checkLabel(label, await othersOf(manager, 'labels', label.id)),
};

type Save<C extends Collection> = {
  readonly collection: C;
  readonly id: string;
  readonly before: Stored<ValueOf<C>> | undefined;
  readonly value: ValueOf<C>;
  readonly suffix: string;
  /** Also when policies name what this takes away; they then fail closed. */
  readonly force?: boolean;
};

/** Stores an object after its checks; throws INVALID or IN_USE. The caller holds the write lock. */
export async function saveObject<C extends Collection>(
  manager: EntityManager,
  actor: Actor,
  change: Save<C>,
): Promise<void> {
  const { collection, id, before, value, suffix, force = false } = change;
  const errors = await (checks[collection] as Check<C>)(manager, value, suffix);
  if (errors.length > 0) throw new Problem('INVALID', { detail: 'Not saved: some fields need attention.', errors });
  if (collection !== 'settings' && before !== undefined) {
    const listed = { collection: collection as ListedCollection, id, value: value as ValueOf<ListedCollection>, force };
    await releaseReferences(manager, actor, listed);
  }
  await writeObject(manager, actor, { collection, id, before, value });
  await mendReferences(manager, actor);
  if (collection === 'bypasses') await enqueue(manager, activityRecorded, bypassActivity(value as Bypass, actor));
}

/** Deletes an object; throws IN_USE if something uses it and `force` is not set. The caller holds the write lock. */
export async function deleteObject<C extends ListedCollection>(
  manager: EntityManager,
  actor: Actor,
  change: { collection: C; id: string; before: Stored<ValueOf<C>>; force: boolean },
): Promise<void> {
  const { collection, id, before, force } = change;
  await releaseReferences(manager, actor, { collection, id, value: undefined, force });
  await writeObject(manager, actor, { collection, id, before, value: undefined });
}
