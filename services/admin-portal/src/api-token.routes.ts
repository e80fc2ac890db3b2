// API tokens for the command line and for pipelines: made in the portal, shown once, revoked at once.
import { z } from 'zod';
import { actorOf, sessionOf } from './actor.ts';
import { apiTokenSchema, deleteToken, insertToken, listTokens, tokenScopes } from './api-token.store.ts';
import { audit } from './audit.store.ts';
import { Problem } from './problem.ts';
import { holds } from './role.ts';
import { type Call, route } from './route.ts';

/** Administrators manage everybody's tokens, all others their own. */
function ownerFilter(call: Pick<Call, 'session'>): string | undefined {
  const { user } = sessionOf(call);
  return user.role === 'admin' ? undefined : user.id;
}

const list = route(
  {
    method: 'get',
    path: '/tokens',
    summary: 'API tokens, without their secrets',
    role: 'reader',
    output: z.object({ tokens: z.array(apiTokenSchema) }),
  },
  async (call) => ({ body: { tokens: await listTokens(call.portal.db, ownerFilter(call)) } }),
);

const create = route(
  {
    method: 'post',
    path: '/tokens',
    summary: 'Make an API token; its secret is shown once',
    role: 'reader',
    personal: true,
    status: 201,
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      scope: z.enum(tokenScopes),
      days: z.number().int().min(1).max(365).default(90),
    }),
    output: apiTokenSchema.extend({ secret: z.string() }),
  },
  async (call) => {
    const { user } = sessionOf(call);
    if (call.body.scope === 'write' && !holds(user.role, 'operator')) {
      const errors = [{ field: 'scope', message: 'write needs the role operator', permitted: ['read'] }];
      throw new Problem('INVALID', { errors });
    }
    const body = await call.portal.db.transaction(async (manager) => {
      const { token, secret } = await insertToken(manager, user.id, call.body);
      const object = { type: 'token', id: token.id, name: token.name };
      const diff = [{ path: 'scope', to: token.scope }];
      await audit(manager, actorOf(call), { action: 'create', object, diff });
      return { ...token, secret };
    });
    return { body };
  },
);

const remove = route(
  {
    method: 'delete',
    path: '/tokens/:id',
    summary: 'Revoke an API token',
    role: 'reader',
    personal: true,
    status: 204,
  },
  async (call) => {
    await call.portal.db.transaction(async (manager) => {
      const token = await deleteToken(manager, call.params.id ?? '', ownerFilter(call));
      const object = { type: 'token', id: token.id, name: token.name };
      await audit(manager, actorOf(call), { action: 'revoke', object });
    });
    return {};
  },
);

export const apiTokenRoutes = [list, create, remove];
