// An interruption with what its pages and rows need, looked up anew: the app may have gone meanwhile.
import { randomBytes, randomUUID } from 'node:crypto';
import { activityRecorded } from '@gatehouse/contracts/activity';
import type { Interruption } from '@gatehouse/contracts/interruption';
import { referenceId } from '@gatehouse/contracts/reference-id';
import { enqueue } from '@gatehouse/postgres/outbox';
import { type AppHost, appOfSuffixedHost, suffixedOrigin } from './app-host.ts';
import { loginActivity } from './login-activity.ts';
import { sendRefusal } from './pages/block-page.ts';
import { fill, wordingOf } from './pages/wording.ts';
import { returnPath } from './return-path.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type Interrupted = {
  readonly interruption: Interruption;
  readonly found: AppHost;
  /** Path and query on the app's host, checked. */
  readonly target: string;
  /** URL of the page in the app it was asked for from. */
  readonly back: string;
  readonly names: { readonly appName: string; readonly fileName: string };
};

/** Undefined if the app is not there any more. */
export function interrupted(
  signIn: SignIn,
  visit: Visit,
  interruption: Interruption | undefined,
): Interrupted | undefined {
  const found = interruption && appOfSuffixedHost(visit.catalogue, signIn.suffix, interruption.host);
  if (!found || found.app.id !== interruption.session.app) return undefined;
  const origin = suffixedOrigin(found, visit.origin);
  return {
    interruption,
    found,
    target: returnPath(interruption.target) ?? '/',
    back: origin + (returnPath(interruption.back) ?? '/'),
    names: { appName: found.app.name, fileName: interruption.fileName ?? wordingOf(visit.language).theFile },
  };
}

type Ending = {
  readonly appliedAction: 'stepUpPassed' | 'stepUpFailed' | 'coachDeclined';
  readonly reason: 'POLICY' | 'STEPUP_STALE' | 'ASSERTION_INVALID';
  readonly cause?: string;
};

/** Records how it ended here; nothing was delivered. The matches were counted, and alerted, when it began. */
export async function recordEnding(
  signIn: SignIn,
  visit: Visit,
  { interruption, found, target }: Interrupted,
  ending: Ending,
): Promise<string> {
  const { session, fileName: name, matched } = interruption;
  const event = { app: found.app.id, host: found.domain.host, path: target, sessionId: session.sessionId, ...ending };
  const activity = {
    ...loginActivity(visit, event),
    id: randomUUID(),
    referenceId: referenceId(randomBytes),
    activityType: 'download',
    user: session.user,
    groups: session.groups,
    deviceTags: session.deviceTags,
    ...(name === undefined ? {} : { object: { name } }),
    matchedPolicies: matched.map((each) => ({ ...each, alert: false })),
  };
  await enqueue(signIn.database.manager, activityRecorded, activity);
  return activity.referenceId;
}

/** A step-up that proved too little: no byte, the reason, and the way back to try again. */
export async function refuseStepUp(
  signIn: SignIn,
  visit: Visit,
  stopped: Interrupted,
  cause: string,
  reason: Ending['reason'] = 'STEPUP_STALE',
): Promise<void> {
  const reference = await recordEnding(signIn, visit, stopped, { appliedAction: 'stepUpFailed', reason, cause });
  const words = wordingOf(visit.language);
  sendRefusal(visit.response, 403, {
    language: visit.language,
    settings: visit.catalogue.settings,
    title: words.stepUpFailedTitle,
    message: fill(words.stepUpFailedText, stopped.names),
    remedy: words.stepUpFailedNext,
    link: { to: stopped.back, text: fill(words.back, stopped.names) },
    referenceId: reference,
    time: visit.now,
  });
}
