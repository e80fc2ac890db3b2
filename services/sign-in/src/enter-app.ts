// From a proven identity to a session: admission, notice, mint.
import { randomUUID } from 'node:crypto';
import type { App } from '@gatehouse/contracts/catalogue';
import type { Session } from '@gatehouse/contracts/session';
import { absoluteExpiry } from '@gatehouse/session/timeouts';
import { admit, directOutcome } from './admission.ts';
import { type AppHost, appOfSuffixedHost, realOrigin, requiredHosts, suffixedOrigin } from './app-host.ts';
import { loginSeconds } from './broker/broker.store.ts';
import { readLoginCookie, setFlowCookie, setLoginCookie } from './browser-cookie.ts';
import { checkDevice } from './device/device-check.ts';
import type { Notice } from './flow.store.ts';
import { authContextOf, type Identity } from './identity.ts';
import type { Judgement } from './judgement.ts';
import { recordLogin } from './login-activity.ts';
import { hashKey, hop } from './pages/hop-page.ts';
import { sendNotice } from './pages/notice-page.ts';
import { sendNotFound } from './refusal.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

/** After the identity provider: refused, sent to the real app, shown the notice, or in. */
export async function enterApp(signIn: SignIn, visit: Visit, login: Notice): Promise<void> {
  const pending = { kind: 'app', notice: login } as const;
  const identity = await checkDevice(signIn, visit, { identity: login.identity, app: login.target.app, pending });
  if (!identity) return;
  const notice = { ...login, identity };
  const entry = await openEntry(signIn, visit, notice);
  if (!entry) return;
  await rememberLogin(signIn, visit, notice.identity);
  const { settings } = visit.catalogue;
  if (!settings.monitoredNotice.enabled) return mint(signIn, visit, notice, entry);
  const { token, cookie } = await signIn.flows.beginNotice(notice, visit.now);
  setFlowCookie(visit.request, visit.response, token, cookie);
  const { language } = visit;
  const names = { appName: entry.found.app.name, userName: notice.identity.name ?? notice.identity.user };
  sendNotice(visit.response, { language, settings, ...names, token, hashKey: hashKey(notice.state) });
}

/** After the notice was read. Judged anew: minutes may have passed, and the request may come from elsewhere. */
export async function enterAfterNotice(signIn: SignIn, visit: Visit, notice: Notice): Promise<void> {
  const entry = await openEntry(signIn, visit, notice);
  if (entry) return mint(signIn, visit, notice, entry);
}

/** Lets the app's own login at the broker follow without another trip to the identity provider. */
export async function rememberLogin(signIn: SignIn, visit: Visit, identity: Identity): Promise<void> {
  const old = readLoginCookie(visit.request);
  if (old) await signIn.broker.forgetLogin(old);
  setLoginCookie(visit.response, await signIn.broker.rememberLogin(identity, visit.now), loginSeconds);
}

type Entry = { readonly found: AppHost; readonly identity: Identity; readonly judgement: Judgement };

async function openEntry(signIn: SignIn, visit: Visit, notice: Notice): Promise<Entry | undefined> {
  const { target } = notice;
  const identity = await signIn.devices.current(notice.identity, visit.catalogue, visit.now);
  const found = appOfSuffixedHost(visit.catalogue, signIn.suffix, target.suffixedHost);
  if (!found || found.app.id !== target.app) {
    sendNotFound(visit);
    return undefined;
  }
  const attempt = { app: found.app, host: found.suffixedHost, path: target.returnTo, identity };
  const admission = await admit(signIn, visit, attempt);
  if (admission.type === 'admitted') return { found, identity, judgement: admission.judgement };
  if (admission.type === 'direct') await goDirect(signIn, visit, found, notice, admission);
  return undefined;
}

async function goDirect(
  signIn: SignIn,
  visit: Visit,
  found: AppHost,
  notice: Notice,
  admission: Parameters<typeof directOutcome>[0],
): Promise<void> {
  const { identity, target, state } = notice;
  const event = { app: found.app.id, host: found.domain.host, path: target.returnTo, identity } as const;
  await recordLogin(signIn, visit, { ...event, ...directOutcome(admission) });
  const { organisation } = visit.catalogue.settings;
  const to = realOrigin(found.domain) + target.returnTo;
  hop(visit.request, visit.response, { to, restore: hashKey(state), organisation });
}

async function mint(signIn: SignIn, visit: Visit, { target, state }: Notice, entry: Entry): Promise<void> {
  const { found, identity, judgement } = entry;
  const { context, now } = visit;
  const session = newSession(found.app, identity, context.ip, now);
  await recordLogin(signIn, visit, {
    app: found.app.id,
    host: found.suffixedHost,
    path: target.returnTo,
    identity,
    judgement,
    sessionId: session.sessionId,
    appliedAction: judgement.verdict.reason === 'DEFAULT_UNREACHABLE' ? 'defaultAllow' : 'allow',
    reason: judgement.verdict.reason,
  });
  const client = { ip: context.ip, userAgent: context.userAgent };
  const through = requiredHosts(found.app, signIn.suffix);
  const landing = { host: found.suffixedHost, returnTo: target.returnTo, through };
  const first = await signIn.sessions.start(session, identity, client, landing, now);
  const to = `${suffixedOrigin({ suffixedHost: first.host }, visit.origin)}/.gatehouse/session?code=${first.code}`;
  const { organisation } = visit.catalogue.settings;
  // After the notice the fragment is already in the address: a plain redirect keeps it.
  if (visit.request.path === '/continue') return visit.response.set('cache-control', 'no-store').redirect(303, to);
  hop(visit.request, visit.response, { to, restore: hashKey(state), organisation });
}

function newSession(app: App, identity: Identity, signedInFrom: string, now: number): Session {
  const proof = authContextOf(identity, now);
  return {
    sessionId: randomUUID(),
    app: app.id,
    user: identity.user,
    ...(identity.name ? { displayName: identity.name } : {}),
    groups: identity.groups,
    deviceTags: identity.deviceTags,
    ...(identity.device?.type === 'valid' ? { certificate: identity.device.certificate } : {}),
    ...(identity.device?.type === 'refused' ? { certificateReason: identity.device.reason } : {}),
    identityProvider: identity.identityProvider,
    signedInFrom,
    ...(identity.acr ? { authnContext: identity.acr } : {}),
    authenticatedAt: identity.authenticatedAt,
    ...(proof ? { authContexts: [proof] } : {}),
    createdAt: new Date(now).toISOString(),
    idleMinutes: app.idleMinutes,
    absoluteExpiry: absoluteExpiry(now, app.absoluteMinutes),
  };
}
