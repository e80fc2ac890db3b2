// Organisation settings, and the secret of an app's OIDC client.
import { settingsSchema } from '@gatehouse/contracts/catalogue';
import { z } from 'zod';
import { actorOf } from './actor.ts';
import { saveObject } from './catalogue.change.ts';
import { storedSchema } from './collection.routes.ts';
import { newSecret, sha256 } from './login-session.store.ts';
import { findObject, getObject, getSettings } from './object.store.ts';
import { Problem } from './problem.ts';
import { route } from './route.ts';
import { lockWrites } from './sql.ts';
import { requireVersion, versioned } from './version.ts';

const get = route(
  { method: 'get', path: '/settings', summary: 'Settings', role: 'reader', output: storedSchema(settingsSchema) },
  async ({ portal }) => versioned(await getSettings(portal.db)),
);

const defaults = route(
  {
    method: 'get',
    path: '/settings/defaults',
    summary: 'Settings as they are before any change',
    role: 'reader',
    output: settingsSchema,
  },
  async () => ({ body: settingsSchema.parse({}) }),
);

const put = route(
  {
    method: 'put',
    path: '/settings',
    summary: 'Replace the settings',
    role: 'admin',
    versioned: true,
    body: z.strictObject(settingsSchema.shape),
    output: storedSchema(settingsSchema),
  },
  async (call) => {
    const { db, publisher, config } = call.portal;
    await db.transaction(async (manager) => {
      await lockWrites(manager);
      requireVersion(call, await getSettings(manager));
      const before = await findObject(manager, 'settings', 'current');
      const change = {
        collection: 'settings',
        id: 'current',
        before,
        value: call.body,
        suffix: config.SUFFIX,
      } as const;
      await saveObject(manager, actorOf(call), change);
    });
    await publisher.publish();
    return versioned(await getSettings(db));
  },
);

const oidcSecret = route(
  {
    method: 'post',
    path: '/apps/:id/oidc-secret',
    summary: 'Make a new secret for the OIDC client of an app; shown once',
    role: 'admin',
    output: z.object({ clientId: z.string(), clientSecret: z.string() }),
  },
  async (call) => {
    const { db, publisher, config } = call.portal;
    const id = call.params.id ?? '';
    const clientSecret = newSecret();
    const clientId = await db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getObject(manager, 'apps', id);
      const client = before.value.oidcClient;
      if (client === undefined) {
        throw new Problem('INVALID', { errors: [{ field: 'oidcClient', message: 'the app has no OIDC client yet' }] });
      }
      const value = { ...before.value, oidcClient: { ...client, secretHash: sha256(clientSecret) } };
      await saveObject(manager, actorOf(call), { collection: 'apps', id, before, value, suffix: config.SUFFIX });
      return client.clientId;
    });
    await publisher.publish();
    return { body: { clientId, clientSecret } };
  },
);

export const settingsRoutes = [get, defaults, put, oidcSecret];
