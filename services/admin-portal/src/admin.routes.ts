// Administrators and their roles.
import { z } from 'zod';
import { actorOf } from './actor.ts';
import { adminSchema, getAdmin, insertAdmin, listAdmins, requireAnAdmin, updateAdmin } from './admin.store.ts';
import { audit } from './audit.store.ts';
import { diff } from './diff.ts';
import { endSessionsOf } from './login-session.store.ts';
import { hashPassword } from './password.ts';
import { roleSchema } from './role.ts';
import { route } from './route.ts';
import { newPasswordSchema } from './sign-in.routes.ts';
import { lockWrites } from './sql.ts';

const list = route(
  {
    method: 'get',
    path: '/admins',
    summary: 'All administrators',
    role: 'admin',
    output: z.object({ admins: z.array(adminSchema) }),
  },
  async ({ portal }) => ({ body: { admins: await listAdmins(portal.db) } }),
);

const create = route(
  {
    method: 'post',
    path: '/admins',
    summary: 'Add an administrator',
    role: 'admin',
    status: 201,
    body: z.strictObject({ email: z.email().max(320), password: newPasswordSchema, role: roleSchema }),
    output: adminSchema,
  },
  async (call) => {
    const password = await hashPassword(call.body.password);
    const body = await call.portal.db.transaction(async (manager) => {
      const admin = await insertAdmin(manager, { ...call.body, password });
      const object = { type: 'admin', id: admin.id, name: admin.email };
      await audit(manager, actorOf(call), { action: 'create', object, diff: [{ path: 'role', to: admin.role }] });
      return admin;
    });
    return { body };
  },
);

const update = route(
  {
    method: 'patch',
    path: '/admins/:id',
    summary: 'Change role or password; sessions of that administrator end',
    role: 'admin',
    body: z.strictObject({ role: roleSchema.optional(), password: newPasswordSchema.optional() }),
    output: adminSchema,
  },
  async (call) => {
    const password = call.body.password === undefined ? undefined : await hashPassword(call.body.password);
    const body = await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const before = await getAdmin(manager, call.params.id ?? '');
      await updateAdmin(manager, before.id, { role: call.body.role, password });
      await requireAnAdmin(manager);
      await endSessionsOf(manager, before.id, call.session?.idHash);
      const after = await getAdmin(manager, before.id);
      const changes = diff(
        { role: before.role },
        { role: after.role, ...(password === undefined ? {} : { password }) },
      );
      const object = { type: 'admin', id: after.id, name: after.email };
      await audit(manager, actorOf(call), { action: 'update', object, diff: changes });
      return after;
    });
    return { body };
  },
);

const remove = route(
  { method: 'delete', path: '/admins/:id', summary: 'Remove an administrator', role: 'admin', status: 204 },
  async (call) => {
    await call.portal.db.transaction(async (manager) => {
      await lockWrites(manager);
      const admin = await getAdmin(manager, call.params.id ?? '');
      await manager.query('DELETE FROM admins WHERE id = $1', [admin.id]);
      await requireAnAdmin(manager);
      const object = { type: 'admin', id: admin.id, name: admin.email };
      await audit(manager, actorOf(call), { action: 'delete', object });
    });
    return {};
  },
);

export const adminRoutes = [list, create, update, remove];
