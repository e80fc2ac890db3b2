// alert.link: shows what a signed link of an e-mail would do, and does it on request.
import { randomUUID } from 'node:crypto';
import { type LinkClaims, type Mac, readLinkToken } from '@gatehouse/alerting/action-link';
import type { AlertChange } from '@gatehouse/alerting/lifecycle';
import type { Alert, alertLink } from '@gatehouse/contracts/queries';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { findAlert } from './alert.store.ts';
import { changeAlerts } from './lifecycle.store.ts';
import { sameText } from './link-secret.ts';
import { savePreference } from './preference.store.ts';

type Input = z.output<typeof alertLink.input>;
type Answer = z.output<typeof alertLink.output>;
export type LinkDependencies = {
  readonly dataSource: DataSource;
  /** Undefined: no secret is configured, and no link is valid. */
  readonly mac: Mac | undefined;
  readonly now: () => Date;
};

const refused = (cause: 'invalid' | 'closed' | 'gone') => ({ type: 'refused', cause }) as const;

/** Who acted, as the timeline says it: a link proves that its holder had the mail, not who that was. */
const byLink = (recipient: string) => `${recipient} (link)`;

function answerFor(act: boolean, { action, recipient }: LinkClaims, alert?: Alert): Answer {
  const about = alert === undefined ? {} : { policyName: alert.policyName, severity: alert.severity };
  return { type: act ? 'done' : 'form', action, recipient, ...about };
}

async function changeByLink(claims: LinkClaims, { act, hours }: Input, deps: LinkDependencies): Promise<Answer> {
  const alert = claims.alertId === undefined ? undefined : await findAlert(deps.dataSource, claims.alertId);
  if (alert === undefined) return refused('gone');
  // An old mail must not open again what someone has closed.
  if (alert.state === 'closed') return refused('closed');
  if (act) {
    const now = deps.now();
    const snoozedUntil = new Date(now.getTime() + hours * 3_600_000).toISOString();
    const change: AlertChange =
      claims.action === 'snooze' ? { state: 'snoozed', snoozedUntil } : { state: 'acknowledged' };
    await changeAlerts(deps.dataSource, [alert.id], change, {
      changeId: randomUUID(),
      by: byLink(claims.recipient),
      now,
    });
  }
  return answerFor(act, claims, alert);
}

async function unsubscribe(claims: LinkClaims, act: boolean, deps: LinkDependencies): Promise<Answer> {
  if (act) {
    const { recipient } = claims;
    const preference = { channel: 'email', recipient, leastSeverity: 'none', by: byLink(recipient) } as const;
    await savePreference(deps.dataSource, preference, deps.now());
  }
  return answerFor(act, claims);
}

/** The signature decides; a link for one action never does another. */
export async function followLink(input: Input, deps: LinkDependencies): Promise<Answer> {
  if (deps.mac === undefined) return refused('invalid');
  const reading = readLinkToken(input.token, deps.mac, sameText, deps.now());
  if (reading.type === 'refused') return reading;
  const { claims } = reading;
  switch (claims.action) {
    case 'acknowledge':
    case 'snooze':
      return changeByLink(claims, input, deps);
    case 'unsubscribe':
      return unsubscribe(claims, input.act, deps);
  }
}
