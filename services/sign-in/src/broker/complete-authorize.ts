// The end of an app's login at the broker: a code to the suffixed host, or to the real one for users not proxied.
import { admit, directOutcome } from '../admission.ts';
import { appOfSuffixedHost, suffixed } from '../app-host.ts';
import { checkDevice } from '../device/device-check.ts';
import { rememberLogin } from '../enter-app.ts';
import type { Identity } from '../identity.ts';
import { recordLogin } from '../login-activity.ts';
import { sendForm } from '../pages/form-page.ts';
import { hop } from '../pages/hop-page.ts';
import { refuseLogin } from '../refusal.ts';
import type { SignIn } from '../sign-in.ts';
import type { Visit } from '../visit.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

/** Access policies count here too: a blocked user gets no code that could be carried to the real host. */
export async function completeAuthorize(
  signIn: SignIn,
  visit: Visit,
  request: AuthorizeRequest,
  login: Identity,
  how: 'fresh' | 'remembered',
): Promise<void> {
  const found = appOfSuffixedHost(
    visit.catalogue,
    signIn.suffix,
    `${new URL(request.redirectUri).hostname}.${signIn.suffix}`,
  );
  if (!found || found.app.id !== request.app)
    return refuseLogin(signIn, visit, 'the return address is no domain of the app');
  const { app, suffixedHost: host } = found;
  const pending = { kind: 'broker', identity: login, request, login: how } as const;
  const checked = await checkDevice(signIn, visit, { identity: login, app: app.id, pending });
  if (!checked) return;
  const identity = await signIn.devices.current(checked, visit.catalogue, visit.now);
  const attempt = { app, host, path: new URL(request.redirectUri).pathname, identity };
  const admission = await admit(signIn, visit, attempt);
  if (admission.type === 'refused') return;
  if (how === 'fresh') await rememberLogin(signIn, visit, identity);
  if (!freshEnough(request, identity, visit.now)) return answer(signIn, visit, request, { error: 'login_required' });
  if (admission.type === 'direct') {
    const event = { app: app.id, host: found.domain.host, path: attempt.path, identity } as const;
    await recordLogin(signIn, visit, { ...event, ...directOutcome(admission) });
  }
  const code = await signIn.broker.issueCode(request, identity, visit.now);
  await answer(signIn, visit, request, { code }, admission.type === 'direct' ? 'real' : 'suffixed');
}

export function freshEnough(request: AuthorizeRequest, identity: Identity, now: number): boolean {
  if (request.maxAge === undefined) return true;
  return identity.authTime !== undefined && now / 1000 - identity.authTime <= request.maxAge + 60;
}

/** Sends the answer to the client by its response mode, with `iss` against mix-up (RFC 9207). */
export async function answer(
  signIn: SignIn,
  visit: Visit,
  request: AuthorizeRequest,
  parameters: Readonly<Record<string, string>>,
  where: 'suffixed' | 'real' = 'suffixed',
): Promise<void> {
  const real = request.redirectUri;
  const to = where === 'real' ? real : suffixed(visit.catalogue, signIn.suffix, visit.origin, real);
  if (!to) return refuseLogin(signIn, visit, 'the return address is no domain of the app');
  const state = request.state === undefined ? {} : { state: request.state };
  const all = { ...parameters, ...state, iss: signIn.loginOrigins[0] ?? '' };
  if (request.responseMode === 'form_post') return sendForm(visit, to, all);
  const url = new URL(to);
  for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
  const { organisation } = visit.catalogue.settings;
  if (visit.request.method === 'POST') return visit.response.set('cache-control', 'no-store').redirect(303, url.href);
  hop(visit.request, visit.response, { to: url.href, organisation });
}
