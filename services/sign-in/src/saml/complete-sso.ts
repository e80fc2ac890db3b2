// The end of an app's SAML login at the broker: a signed answer to the suffixed host, or to the real one for users not proxied.
import { randomBytes } from 'node:crypto';
import { emailNameId, persistentNameId, unspecifiedContext, unspecifiedNameId } from '@gatehouse/saml/names';
import { signXml } from '@gatehouse/saml/signature';
import { refusalResponse, samlResponse } from '@gatehouse/saml/write';
import { admit } from '../admission.ts';
import { appOfSuffixedHost, suffixed } from '../app-host.ts';
import { userClaims } from '../broker/claims.ts';
import { rememberLogin } from '../enter-app.ts';
import type { Identity } from '../identity.ts';
import { recordLogin } from '../login-activity.ts';
import { sendForm } from '../pages/form-page.ts';
import { refuseLogin, sendNotFound } from '../refusal.ts';
import type { SignIn } from '../sign-in.ts';
import type { Visit } from '../visit.ts';
import { ourNames } from './our-names.ts';
import type { SamlKey } from './saml-key.ts';
import { type SamlClient, type SsoRequest, samlClientOf } from './sso-request.ts';

const lifetimeMs = 5 * 60_000;
const newId = () => `_${randomBytes(20).toString('hex')}`;

/** Why this identity does not answer this request, as a SAML status; undefined when it does. */
export function unmet(request: SsoRequest, identity: Identity): string | undefined {
  const { forceAuthn, contexts, at } = request;
  // Never raised: what the identity provider did not say is not what the app asked for.
  if (contexts.length > 0 && (identity.acr === undefined || !contexts.includes(identity.acr)))
    return 'urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext';
  const freshAt = identity.authTime === undefined ? 0 : identity.authTime * 1000;
  if (forceAuthn && freshAt < at - 60_000) return 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed';
  return undefined;
}

/** Access policies count here too: a blocked user gets no assertion that could be carried to the real host. */
export async function completeSso(
  signIn: SignIn,
  visit: Visit,
  request: SsoRequest,
  identity: Identity,
  login: 'fresh' | 'remembered',
): Promise<void> {
  const { hostname, pathname } = new URL(request.acsUrl);
  const found = appOfSuffixedHost(visit.catalogue, signIn.suffix, `${hostname}.${signIn.suffix}`);
  const known = samlClientOf(visit.catalogue, request.entityId);
  if (!found || found.app.id !== request.app || known?.app.id !== request.app)
    return refuseLogin(signIn, visit, 'the consumer address is no domain of the app');
  if (!signIn.samlKey) return sendNotFound(visit);
  const { app, suffixedHost: host } = found;
  const admission = await admit(signIn, visit, { app, host, path: pathname, identity });
  if (admission.type === 'refused') return;
  if (login === 'fresh') await rememberLogin(signIn, visit, identity);
  const status = unmet(request, identity);
  if (status) return refuseSso(signIn, visit, request, status);
  const direct = admission.type === 'direct';
  if (direct) {
    const event = { app: app.id, host: found.domain.host, path: pathname, identity } as const;
    await recordLogin(signIn, visit, { ...event, appliedAction: 'redirectDirect', reason: 'NOT_ASSIGNED' });
  }
  const xml = signedResponse(signIn, signIn.samlKey, visit, { request, client: known.client, identity });
  return post(signIn, visit, request, xml, direct ? 'real' : 'suffixed');
}

/** Tells the app no. Nothing about the user is in it. */
export function refuseSso(signIn: SignIn, visit: Visit, request: SsoRequest, status: string): Promise<void> {
  const { samlKey, loginOrigins } = signIn;
  if (!samlKey) return Promise.resolve(sendNotFound(visit));
  const id = newId();
  const issuer = ourNames(loginOrigins, visit.origin).idpEntityId;
  const { acsUrl, requestId } = request;
  const xml = refusalResponse({ id, now: visit.now, issuer, acsUrl, inResponseTo: requestId, status });
  return post(signIn, visit, request, signXml(xml, id, samlKey.signing), 'suffixed');
}

type Answer = { readonly request: SsoRequest; readonly client: SamlClient; readonly identity: Identity };

/** Destination, Recipient and Audience are the real ones, as the app knows itself; only the form goes to the suffix. */
function signedResponse(signIn: SignIn, key: SamlKey, visit: Visit, { request, client, identity }: Answer): string {
  const [id, assertionId] = [newId(), newId()];
  const xml = samlResponse({
    id,
    assertionId,
    now: visit.now,
    issuer: ourNames(signIn.loginOrigins, visit.origin).idpEntityId,
    acsUrl: request.acsUrl,
    audience: client.entityId,
    inResponseTo: request.requestId,
    ...nameIdOf(client, identity),
    context: identity.acr ?? unspecifiedContext,
    authnInstant: Date.parse(identity.authenticatedAt),
    sessionIndex: newId(),
    lifetimeMs,
    attributes: attributesOf(client, identity),
  });
  return signXml(signXml(xml, assertionId, key.signing), id, key.signing);
}

function nameIdOf(client: SamlClient, identity: Identity): { nameId: string; nameIdFormat: string } {
  if (client.nameId === 'persistent')
    return { nameId: String(userClaims(identity).sub), nameIdFormat: persistentNameId };
  const isAddress = identity.user.includes('@');
  return { nameId: identity.user, nameIdFormat: isAddress ? emailNameId : unspecifiedNameId };
}

function attributesOf(client: SamlClient, identity: Identity): Record<string, readonly string[]> {
  const values = {
    userName: [identity.user],
    email: [identity.email ?? identity.user],
    name: identity.name ? [identity.name] : [],
    groups: identity.groups,
  };
  return Object.fromEntries(Object.entries(client.attributes).map(([name, what]) => [name, values[what]]));
}

async function post(
  signIn: SignIn,
  visit: Visit,
  request: SsoRequest,
  xml: string,
  where: 'suffixed' | 'real',
): Promise<void> {
  const to = where === 'real' ? request.acsUrl : suffixed(visit.catalogue, signIn.suffix, visit.origin, request.acsUrl);
  if (!to) return refuseLogin(signIn, visit, 'the consumer address is no domain of the app');
  const relay = request.relayState === undefined ? {} : { RelayState: request.relayState };
  sendForm(visit, to, { SAMLResponse: Buffer.from(xml).toString('base64'), ...relay });
}
