// Who may begin: first whether the app is proxied for the user, then what access policies say.
import type { Bypass } from '@gatehouse/contracts/catalogue';
import { routingOf } from '@gatehouse/enforcement/routing';
import type { Identity } from './identity.ts';
import { type Judgement, judge } from './judgement.ts';
import { type Attempt, refuseAccess, refuseUnassigned } from './refusal.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type Admission =
  | { readonly type: 'admitted'; readonly judgement: Judgement }
  /** Not proxied for this user: the real app is theirs to use. */
  | { readonly type: 'direct'; readonly bypass?: Bypass }
  /** The refusal has been sent and recorded. */
  | { readonly type: 'refused' };

export async function admit(
  signIn: SignIn,
  visit: Visit,
  attempt: Attempt & { readonly identity: Identity },
): Promise<Admission> {
  const { app, host, identity } = attempt;
  const routing = routingOf(visit.catalogue, app.id, identity, visit.now);
  if (routing.type === 'bypassed') return { type: 'direct', bypass: routing.bypass };
  if (routing.type === 'unassigned') {
    if (app.unassignedUsers === 'direct') return { type: 'direct' };
    await refuseUnassigned(signIn, visit, attempt);
    return { type: 'refused' };
  }
  const question = { subject: identity, app, host, context: visit.context };
  const judgement = await judge(signIn.decisions, question, visit);
  if (judgement.allowed) return { type: 'admitted', judgement };
  await refuseAccess(signIn, visit, attempt, judgement);
  return { type: 'refused' };
}

/** What the log says of a user who is sent to the real app. */
export function directOutcome({ bypass }: { readonly bypass?: Bypass }) {
  if (!bypass) return { appliedAction: 'redirectDirect', reason: 'NOT_ASSIGNED' } as const;
  const cause = `bypass until ${bypass.expiresAt}: ${bypass.reason}`;
  return { appliedAction: 'bypass', reason: 'BYPASS', cause } as const;
}
