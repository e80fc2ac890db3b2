// The ways a login ends without a session: each has a page and a row in the log.
import type { App } from '@gatehouse/contracts/catalogue';
import { settingsSchema } from '@gatehouse/contracts/catalogue';
import { deviceRemedy } from './device/remedy.ts';
import type { Identity } from './identity.ts';
import { type Judgement, restsOnClientApp } from './judgement.ts';
import { recordLogin } from './login-activity.ts';
import { sendRefusal } from './pages/block-page.ts';
import { fill, wordingOf } from './pages/wording.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type Attempt = {
  readonly app: App;
  readonly host: string;
  readonly path: string;
  readonly identity?: Identity | undefined;
};

const originalMessage = settingsSchema.parse({}).accessBlockMessage;

/** Policy, default behaviour or a broken decision says no. */
export async function refuseAccess(
  signIn: SignIn,
  visit: Visit,
  attempt: Attempt,
  judgement: Judgement,
): Promise<void> {
  const { app, host, path, identity } = attempt;
  const { verdict } = judgement;
  const reference = await recordLogin(signIn, visit, {
    app: app.id,
    host,
    path,
    identity,
    judgement,
    appliedAction: verdict.reason.startsWith('DEFAULT_') ? 'defaultBlock' : 'block',
    reason: verdict.reason,
  });
  const { settings } = visit.catalogue;
  const words = wordingOf(visit.language);
  const told = verdict.obligations.find((obligation) => obligation.type === 'showMessage')?.message;
  const own = settings.accessBlockMessage === originalMessage ? words.blockedText : settings.accessBlockMessage;
  const message = fill(told || (verdict.dueToDefault ? words.byDefault : own), {
    appName: app.name,
    policyName: verdict.policyName ?? '',
    userName: identity?.user ?? '',
    reference,
    fileName: '',
  });
  const next = restsOnClientApp(judgement) ? words.useBrowser : deviceRemedy(visit.language, identity, judgement);
  const remedy = next === undefined ? {} : { remedy: next };
  const page = { language: visit.language, settings, title: words.blockedTitle, message, ...remedy };
  sendRefusal(visit.response, 403, { ...page, referenceId: reference, time: visit.now });
}

/** The app is not proxied for this user and must not be reached past the proxy either. */
export async function refuseUnassigned(
  signIn: SignIn,
  visit: Visit,
  { app, host, path, identity }: Attempt,
): Promise<void> {
  const event = { app: app.id, host, path, identity, appliedAction: 'block', reason: 'NOT_ASSIGNED' } as const;
  const reference = await recordLogin(signIn, visit, event);
  const words = wordingOf(visit.language);
  sendRefusal(visit.response, 403, {
    language: visit.language,
    settings: visit.catalogue.settings,
    title: fill(words.notAssignedTitle, { appName: app.name }),
    message: words.notAssignedText,
    referenceId: reference,
    time: visit.now,
  });
}

/** A forged, expired, replayed or foreign step of a login. The page says nothing an attacker could learn from. */
export async function refuseLogin(
  signIn: SignIn,
  visit: Visit,
  cause: string,
  attempt?: Pick<Attempt, 'app' | 'host'>,
): Promise<void> {
  const reference = await recordLogin(signIn, visit, {
    app: attempt?.app.id ?? '',
    host: attempt?.host ?? '',
    appliedAction: 'block',
    reason: 'ASSERTION_INVALID',
    cause,
  });
  const words = wordingOf(visit.language);
  sendRefusal(visit.response, 403, {
    language: visit.language,
    settings: visit.catalogue.settings,
    title: words.loginRefusedTitle,
    message: words.loginRefusedText,
    referenceId: reference,
    time: visit.now,
  });
}

export function sendProviderDown({ response, language, catalogue }: Visit): void {
  const words = wordingOf(language);
  const { settings } = catalogue;
  sendRefusal(response, 503, { language, settings, title: words.providerDownTitle, message: words.providerDownText });
}

export function sendNotFound({ response, language, catalogue }: Visit): void {
  const words = wordingOf(language);
  const { settings } = catalogue;
  sendRefusal(response, 404, { language, settings, title: words.notFoundTitle, message: words.notFoundText });
}
