// Entering the portal: one-time link, password, own session.
import { z } from 'zod';
import { actorOf, sessionOf } from './actor.ts';
import { anyAdmin, findLogin, insertAdmin, updateAdmin } from './admin.store.ts';
import { type Actor, audit } from './audit.store.ts';
import { forgetFirstAdminFile, redeemSetupToken } from './first-admin.ts';
import { countAttempt, forgetAttempts } from './login-attempt.store.ts';
import { clearedCookie, endSession, endSessionsOf, type LoginSession, startSession } from './login-session.store.ts';
import { hashPassword, verifyNobody, verifyPassword } from './password.ts';
import type { Portal } from './portal.ts';
import { Problem } from './problem.ts';
import { roleSchema } from './role.ts';
import { type Answer, route } from './route.ts';

// The upper bound keeps one request from hashing megabytes.
export const newPasswordSchema = z.string().min(12, 'must have at least 12 characters').max(1024);
const passwordSchema = z.string().min(1).max(1024);
const emailSchema = z.email().max(320);

const meSchema = z.object({
  user: z.object({ id: z.uuid(), email: z.email(), role: roleSchema }),
  csrfToken: z.string(),
  suffix: z.string(),
});

function me(session: LoginSession, portal: Portal): z.infer<typeof meSchema> {
  return { user: session.user, csrfToken: session.csrfToken, suffix: portal.config.SUFFIX };
}

async function enter(portal: Portal, actor: Actor, user: LoginSession['user'], action: string): Promise<Answer> {
  const { session, cookie } = await startSession(portal.db, user);
  await audit(portal.db, actor, { action, object: { type: 'admin', id: user.id, name: user.email } });
  return { body: me(session, portal), headers: { 'set-cookie': cookie } };
}

const setupState = route(
  {
    method: 'get',
    path: '/setup',
    summary: 'Whether the first administrator is still to be made',
    role: 'public',
    output: z.object({ needed: z.boolean() }),
  },
  async ({ portal }) => ({ body: { needed: !(await anyAdmin(portal.db)) } }),
);

const setup = route(
  {
    method: 'post',
    path: '/setup',
    summary: 'Make the first administrator with the one-time link',
    role: 'public',
    status: 201,
    body: z.strictObject({ token: z.string().min(1).max(200), email: emailSchema, password: newPasswordSchema }),
    output: meSchema,
  },
  async ({ portal, body, ip }) => {
    await countAttempt(portal.db, { ip, email: 'setup' });
    const password = await hashPassword(body.password);
    const admin = await portal.db.transaction(async (manager) => {
      await redeemSetupToken(manager, body.token);
      return insertAdmin(manager, { email: body.email, password, role: 'admin' });
    });
    await forgetFirstAdminFile(portal.config.FIRST_ADMIN_FILE);
    const user = { id: admin.id, email: admin.email, role: admin.role };
    return enter(portal, { by: admin.email, ip }, user, 'setup');
  },
);

const login = route(
  {
    method: 'post',
    path: '/login',
    summary: 'Sign in with e-mail and password',
    role: 'public',
    body: z.strictObject({ email: z.string().max(320), password: passwordSchema }),
    output: meSchema,
  },
  async ({ portal, body, ip }) => {
    await countAttempt(portal.db, { ip, email: body.email });
    const found = await findLogin(portal.db, body.email);
    const fits =
      found === undefined ? await verifyNobody(body.password) : await verifyPassword(body.password, found.password);
    if (found === undefined || !fits) {
      const object = { type: 'admin', id: found?.admin.id ?? '', name: body.email };
      await audit(portal.db, { by: 'nobody', ip }, { action: 'loginFailed', object });
      throw new Problem('UNAUTHENTICATED', { detail: 'E-mail or password is wrong.' });
    }
    await forgetAttempts(portal.db, { ip, email: body.email });
    const { id, email, role } = found.admin;
    return enter(portal, { by: email, ip }, { id, email, role }, 'login');
  },
);

const logout = route(
  { method: 'post', path: '/logout', summary: 'End the own session', role: 'reader', personal: true, status: 204 },
  async (call) => {
    const { idHash, user } = sessionOf(call);
    await endSession(call.portal.db, idHash);
    const object = { type: 'admin', id: user.id, name: user.email };
    await audit(call.portal.db, actorOf(call), { action: 'logout', object });
    return { headers: { 'set-cookie': clearedCookie } };
  },
);

const whoAmI = route(
  { method: 'get', path: '/me', summary: 'Own account and CSRF token', role: 'reader', output: meSchema },
  async (call) => ({ body: me(sessionOf(call), call.portal) }),
);

const changePassword = route(
  {
    method: 'put',
    path: '/me/password',
    summary: 'Change the own password; other own sessions end',
    role: 'reader',
    personal: true,
    status: 204,
    body: z.strictObject({ current: passwordSchema, next: newPasswordSchema }),
  },
  async (call) => {
    const { user, idHash } = sessionOf(call);
    await countAttempt(call.portal.db, { ip: call.ip, email: user.email });
    const found = await findLogin(call.portal.db, user.email);
    if (found === undefined || !(await verifyPassword(call.body.current, found.password))) {
      throw new Problem('INVALID', { errors: [{ field: 'current', message: 'is not your password' }] });
    }
    await forgetAttempts(call.portal.db, { ip: call.ip, email: user.email });
    const password = await hashPassword(call.body.next);
    await call.portal.db.transaction(async (manager) => {
      await updateAdmin(manager, user.id, { password });
      await endSessionsOf(manager, user.id, idHash);
      const object = { type: 'admin', id: user.id, name: user.email };
      await audit(manager, actorOf(call), { action: 'update', object, diff: [{ path: 'password', to: 'changed' }] });
    });
    return {};
  },
);

export const signInRoutes = [setupState, setup, login, logout, whoAmI, changePassword];
