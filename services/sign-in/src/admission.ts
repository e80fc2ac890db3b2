// Who may begin: first whether the app is proxied for the user, then what access policies say.
import { isAssigned } from './assignment.ts';
import type { Identity } from './identity.ts';
import { type Judgement, judge } from './judgement.ts';
import { type Attempt, refuseAccess, refuseUnassigned } from './refusal.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type Admission =
  | { readonly type: 'admitted'; readonly judgement: Judgement }
  /** Not proxied for this user: the real app is theirs to use. */
  | { readonly type: 'direct' }
  /** The refusal has been sent and recorded. */
  | { readonly type: 'refused' };

export async function admit(
  signIn: SignIn,
  visit: Visit,
  attempt: Attempt & { readonly identity: Identity },
): Promise<Admission> {
  const { app, host, identity } = attempt;
  if (!isAssigned(visit.catalogue, app.id, identity)) {
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
