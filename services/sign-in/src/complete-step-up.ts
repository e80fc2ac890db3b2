// Back from the identity provider after a step-up: proven or refused, and if proven the same download goes on.
import type { Session } from '@gatehouse/contracts/session';
import { admit } from './admission.ts';
import { suffixedOrigin } from './app-host.ts';
import type { StepUpTarget } from './flow.store.ts';
import { authContextOf, type Identity } from './identity.ts';
import { type Interrupted, interrupted, recordEnding, refuseStepUp } from './interrupted.ts';
import { hashKey } from './pages/hop-page.ts';
import { sendResume } from './pages/interruption-page.ts';
import { type Proof, proofOf } from './proof.ts';
import { refuseLogin } from './refusal.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

/** What the provider's answer came to: an identity, or why there is none. */
export type Identified =
  | { readonly type: 'identity'; readonly identity: Identity }
  | { readonly type: 'refused'; readonly cause: string };

/** The interruption is used up whatever comes of it: a second try is a second flow. */
export async function completeStepUp(
  signIn: SignIn,
  visit: Visit,
  target: StepUpTarget,
  state: string,
  identified: Identified,
): Promise<void> {
  const stopped = interrupted(signIn, visit, await signIn.interruptions.take(target.flowHash, visit.now));
  if (!stopped) return refuseLogin(signIn, visit, 'step-up unknown, used or expired');
  if (identified.type === 'refused') return refuseStepUp(signIn, visit, stopped, identified.cause, 'ASSERTION_INVALID');
  const { identity } = identified;
  const proof = await judge(signIn, visit, stopped, target, identity);
  if (proof.type === 'refused') return refuseStepUp(signIn, visit, stopped, proof.cause);
  const { found } = stopped;
  const attempt = {
    ...{ app: found.app, host: found.suffixedHost, path: stopped.target },
    identity: onDevice(identity, stopped.interruption.session),
  };
  const admission = await admit(signIn, visit, attempt);
  if (admission.type === 'refused') return;
  if (admission.type === 'direct')
    return refuseStepUp(signIn, visit, stopped, 'the app is not assigned to the user any more');
  await resume(signIn, visit, stopped, state, identity);
}

async function judge(
  signIn: SignIn,
  { now }: Visit,
  { interruption }: Interrupted,
  { begunAt }: StepUpTarget,
  identity: Identity,
): Promise<Proof> {
  const { session, ask } = interruption;
  const subject = await signIn.sessions.subjectOf(session.sessionId, now);
  if (subject === undefined) return { type: 'refused', cause: 'the session has ended' };
  const authnContext = ask.type === 'stepUp' ? ask.authnContext : [];
  return proofOf(identity, { identityProvider: session.identityProvider, subject, authnContext, begunAt, now });
}

/** The certificate was shown to another host of ours: the session knows of it, the provider does not. */
const onDevice = (identity: Identity, { deviceTags }: Session): Identity =>
  deviceTags.includes(certificateTag)
    ? { ...identity, deviceTags: [...new Set([...identity.deviceTags, certificateTag])] }
    : identity;
const certificateTag = 'validClientCertificate';

/** Proofs of a session that are kept: a policy may ask for one context, the next policy for another. */
const mostProofs = 8;

function steppedUp(session: Session, identity: Identity, now: number): Session {
  const proof = authContextOf(identity, now);
  const proofs = [...(session.authContexts ?? []), ...(proof ? [proof] : [])].slice(-mostProofs);
  return {
    ...session,
    ...(identity.acr ? { authnContext: identity.acr } : {}),
    authenticatedAt: identity.authenticatedAt,
    authContexts: proofs,
  };
}

async function resume(
  signIn: SignIn,
  visit: Visit,
  stopped: Interrupted,
  state: string,
  identity: Identity,
): Promise<void> {
  const session = steppedUp(stopped.interruption.session, identity, visit.now);
  const { found, target, back, names } = stopped;
  await recordEnding(signIn, visit, stopped, { appliedAction: 'stepUpPassed', reason: 'POLICY' });
  const code = await signIn.sessions.reissue(
    session,
    identity,
    { host: found.suffixedHost, returnTo: target },
    visit.now,
  );
  const to = `${suffixedOrigin(found, visit.origin)}/.gatehouse/session?code=${code}`;
  visit.response.set('cache-control', 'no-store').set('referrer-policy', 'no-referrer');
  if (visit.request.headers['sec-fetch-dest'] !== 'document') return visit.response.redirect(303, to);
  const { organisation } = visit.catalogue.settings;
  sendResume(visit.response, { language: visit.language, organisation, ...names, to, back, restore: hashKey(state) });
}
