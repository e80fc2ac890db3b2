// What people do with alerts: change, undo, and from which severity on they want to hear of them.
import { changeFaults } from '@gatehouse/alerting/lifecycle';
import {
  alertUndo,
  alertUpdate,
  leastSeverities,
  recipientList,
  recipientPrefer,
  recipientPreferenceSchema,
} from '@gatehouse/contracts/queries';
import { z } from 'zod';
import { actorOf, sessionOf } from './actor.ts';
import { audit } from './audit.store.ts';
import { Problem } from './problem.ts';
import { route } from './route.ts';
import { ask } from './service.client.ts';

const change = route(
  {
    method: 'patch',
    path: '/alerts',
    summary: 'Acknowledge, snooze, assign, comment, close or reopen alerts',
    role: 'operator',
    body: z.strictObject(alertUpdate.input.omit({ by: true }).shape),
    output: alertUpdate.output,
  },
  async (call) => {
    const { ids, ...asked } = call.body;
    const wanted = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    const errors = changeFaults(wanted, new Date());
    if (errors.length > 0) throw new Problem('INVALID', { detail: 'Nothing was changed.', errors });
    const actor = actorOf(call);
    const body = await ask(call.portal.messaging, 'alert-notifier', alertUpdate, { ids, ...wanted, by: actor.by });
    for (const id of ids) {
      const diff = Object.entries(wanted).map(([path, to]) => ({ path, to }));
      await audit(call.portal.db, actor, { action: 'update', object: { type: 'alert', id, name: id }, diff });
    }
    return { body };
  },
);

const undo = route(
  {
    method: 'post',
    path: '/alerts/undo',
    summary: 'Take your own change of alerts back, within ten seconds',
    role: 'operator',
    body: z.strictObject({ changeId: z.uuid() }),
    output: alertUndo.output,
  },
  async (call) => {
    const { changeId } = call.body;
    const actor = actorOf(call);
    const body = await ask(call.portal.messaging, 'alert-notifier', alertUndo, { changeId, by: actor.by });
    const object = { type: 'alert', id: changeId, name: changeId };
    if (body.undone > 0) await audit(call.portal.db, actor, { action: 'undo', object });
    return { body };
  },
);

const recipients = route(
  {
    method: 'get',
    path: '/alert-recipients',
    summary: 'Recipients who asked for certain severities only',
    role: 'reader',
    output: recipientList.output,
  },
  async ({ portal }) => ({ body: await ask(portal.messaging, 'alert-notifier', recipientList, {}) }),
);

const prefer = route(
  {
    method: 'put',
    path: '/alert-recipients',
    summary: 'Set the lowest severity that reaches a recipient',
    role: 'operator',
    body: z.strictObject(recipientPreferenceSchema.shape),
    output: recipientPrefer.output,
  },
  async (call) => {
    const actor = actorOf(call);
    const { channel, recipient, leastSeverity } = call.body;
    const body = await ask(call.portal.messaging, 'alert-notifier', recipientPrefer, { ...call.body, by: actor.by });
    const object = { type: 'alert-recipient', id: channel, name: recipient };
    await audit(call.portal.db, actor, {
      action: 'update',
      object,
      diff: [{ path: 'leastSeverity', to: leastSeverity }],
    });
    return { body };
  },
);

/** Everybody decides for the own address, whatever the role. */
const preferOwn = route(
  {
    method: 'put',
    path: '/me/alerts',
    summary: 'Set the lowest severity that reaches your own e-mail address',
    role: 'reader',
    body: z.strictObject({ leastSeverity: z.enum(leastSeverities) }),
    output: recipientPrefer.output,
  },
  async (call) => {
    const { by } = actorOf(call);
    const { email } = sessionOf(call).user;
    const input = { channel: 'email', recipient: email, leastSeverity: call.body.leastSeverity, by } as const;
    const body = await ask(call.portal.messaging, 'alert-notifier', recipientPrefer, input);
    const diff = [{ path: 'leastSeverity', to: call.body.leastSeverity }];
    await audit(call.portal.db, actorOf(call), {
      action: 'update',
      object: { type: 'alert-recipient', id: 'email', name: email },
      diff,
    });
    return { body };
  },
);

export const alertLifecycleRoutes = [change, undo, recipients, prefer, preferOwn];
