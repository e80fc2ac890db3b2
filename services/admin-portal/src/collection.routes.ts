// Apps, assignments, IP ranges, identity providers: five routes each, made from one shape.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { actorOf } from './actor.ts';
import { deleteObject, saveObject } from './catalogue.change.ts';
import {
  collectionSchemas,
  findObject,
  getObject,
  type ListedCollection,
  listObjects,
  type ValueOf,
} from './object.store.ts';
import { Problem } from './problem.ts';
import type { Role } from './role.ts';
import { type Call, type Route, route } from './route.ts';
import { lockWrites } from './sql.ts';
import { requireVersion, versioned } from './version.ts';

type Words = { readonly one: string; readonly many: string; readonly writer: Role };

const collections: { readonly [C in ListedCollection]: Words } = {
  apps: { one: 'app', many: 'apps', writer: 'operator' },
  assignments: { one: 'assignment', many: 'assignments', writer: 'operator' },
  bypasses: { one: 'bypass', many: 'bypasses', writer: 'operator' },
  'ip-ranges': { one: 'IP range', many: 'IP ranges', writer: 'operator' },
  'identity-providers': { one: 'identity provider', many: 'identity providers', writer: 'admin' },
  'device-authorities': { one: 'authority for devices', many: 'authorities for devices', writer: 'admin' },
  labels: { one: 'sensitivity label', many: 'sensitivity labels', writer: 'admin' },
};

export function storedSchema(value: z.ZodType) {
  return z.object({ version: z.number().int(), updatedAt: z.iso.datetime(), updatedBy: z.string(), value });
}

/** Ids stand in URLs, so those that clients choose are slugs like those of apps. */
const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dot, dash or underscore');

/** The contract's schema as a form: unknown fields are refused, a missing id is made. */
function bodySchema(collection: ListedCollection) {
  const shape = collectionSchemas[collection].shape;
  if (collection === 'apps') return z.strictObject(shape);
  return z.strictObject({ ...shape, id: idSchema.default(() => randomUUID()) });
}

/** On PUT the path names the object; a body that names another one is a mistake. */
function putBody(collection: ListedCollection, call: Call): unknown {
  const value = call.body as Record<string, unknown>;
  const id = call.params.id ?? '';
  if (value.id === id || !('id' in value)) return { ...value, id };
  throw new Problem('INVALID', { errors: [{ field: 'id', message: `must stay "${id}" (${collection})` }] });
}

function readRoutes(collection: ListedCollection, { one, many }: Words): Route[] {
  const stored = storedSchema(collectionSchemas[collection]);
  return [
    route(
      {
        method: 'get',
        path: `/${collection}`,
        summary: `All ${many}`,
        role: 'reader',
        output: z.object({ items: z.array(stored) }),
      },
      async ({ portal }) => ({ body: { items: await listObjects(portal.db, collection) } }),
    ),
    route(
      { method: 'get', path: `/${collection}/:id`, summary: `One ${one}`, role: 'reader', output: stored },
      async ({ portal, params }) => versioned(await getObject(portal.db, collection, params.id ?? '')),
    ),
  ];
}

/** Beyond refusing: take it away although policies name it, which then fail closed. */
const forceQuery = z.object({
  force: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

function createRoute(collection: ListedCollection, { one, writer }: Words): Route {
  const shape = {
    method: 'post',
    path: `/${collection}`,
    summary: `Add an ${one}`,
    role: writer,
    status: 201,
    body: bodySchema(collection),
    output: storedSchema(collectionSchemas[collection]),
  } as const;
  return route(shape, async (call) => {
    const value = call.body as ValueOf<typeof collection>;
    const { id } = value;
    await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      if ((await findObject(manager, collection, id)) !== undefined) {
        const errors = [{ field: 'id', message: `"${id}" is taken` }];
        throw new Problem('CONFLICT', { detail: `There is already an ${one} "${id}".`, errors });
      }
      await saveObject(manager, actorOf(call), {
        collection,
        id,
        before: undefined,
        value,
        suffix: call.portal.config.SUFFIX,
      });
    });
    await call.portal.publisher.publish();
    return versioned(await getObject(call.portal.db, collection, id));
  });
}

function putRoute(collection: ListedCollection, { one, writer }: Words): Route {
  const shape = {
    method: 'put',
    path: `/${collection}/:id`,
    summary: `Replace an ${one}`,
    role: writer,
    versioned: true,
    query: forceQuery,
    body: z.record(z.string(), z.unknown()),
    output: storedSchema(collectionSchemas[collection]),
  } as const;
  return route(shape, async (call) => {
    const id = call.params.id ?? '';
    const value = bodySchema(collection).parse(putBody(collection, call)) as ValueOf<typeof collection>;
    await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getObject(manager, collection, id);
      requireVersion(call, before);
      const suffix = call.portal.config.SUFFIX;
      const { force } = call.query;
      await saveObject(manager, actorOf(call), { collection, id, before, value, suffix, force });
    });
    await call.portal.publisher.publish();
    return versioned(await getObject(call.portal.db, collection, id));
  });
}

function deleteRoute(collection: ListedCollection, { one, writer }: Words): Route {
  const shape = {
    method: 'delete',
    path: `/${collection}/:id`,
    summary: `Delete an ${one}`,
    role: writer,
    versioned: true,
    query: forceQuery,
    status: 204,
  } as const;
  return route(shape, async (call) => {
    const id = call.params.id ?? '';
    await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getObject(manager, collection, id);
      requireVersion(call, before);
      await deleteObject(manager, actorOf(call), { collection, id, before, force: call.query.force });
    });
    await call.portal.publisher.publish();
    return {};
  });
}

export const collectionRoutes: Route[] = (Object.keys(collections) as ListedCollection[]).flatMap((collection) => {
  const words = collections[collection];
  const change = [createRoute, putRoute, deleteRoute].map((make) => make(collection, words));
  return [...readRoutes(collection, words), ...change];
});
