import type { App } from '@gatehouse/contracts/catalogue';
import { claimedIssuer, isEnveloped, type Proof, readAuthnRequest } from '@gatehouse/saml/request';
import { XmlError } from '@gatehouse/saml/xml';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { beginLogin } from '../begin-login.ts';
import { readLoginCookie } from '../browser-cookie.ts';
import { providersOf } from '../choose-provider.ts';
import { refuseLogin, sendNotFound } from '../refusal.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit, type Visit } from '../visit.ts';
import { type Received, readPost, readRedirect, verifyQuery } from './binding.ts';
import { completeSso, refuseSso, unmet } from './complete-sso.ts';
import { ourNames } from './our-names.ts';
import { pemOf } from './saml-key.ts';
import { checkSsoRequest, type SamlClient, type SsoRequest, samlClientOf } from './sso-request.ts';

/** The sign-on endpoint for apps that use us as their SAML identity provider. */
@Controller('saml')
export class SsoHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('idp/sso')
  byRedirect(@Req() request: Request, @Res() response: Response): Promise<void> {
    const query = request.originalUrl.split(/\?(.*)/s)[1] ?? '';
    return this.sso(request, response, readRedirect(query, 'SAMLRequest'));
  }

  @Post('idp/sso')
  byPost(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.sso(request, response, readPost(request.body, 'SAMLRequest'));
  }

  /** GET /saml/launch/:app : a login that starts here, for apps that allow it. */
  @Get('launch/:app')
  async launch(@Req() request: Request, @Res() response: Response, @Param('app') id: string): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const app = visit.catalogue.apps.find((each) => each.id === id && each.enabled);
    const client = app?.samlClient;
    if (!app || !client?.idpInitiated || !client.acsUrls[0]) return sendNotFound(visit);
    const plain = { forceAuthn: false, isPassive: false, contexts: [], at: visit.now };
    return this.login(visit, { app: app.id, entityId: client.entityId, acsUrl: client.acsUrls[0], ...plain });
  }

  private async sso(request: Request, response: Response, received: Received | undefined): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    if (!this.signIn.samlKey) return sendNotFound(visit);
    if (!received) return refuseLogin(this.signIn, visit, 'no SAML request');
    const known = samlClientOf(visit.catalogue, claimedIssuer(received.xml) ?? '');
    if (!known) return refuseLogin(this.signIn, visit, 'the app is not known here');
    const checked = this.check(visit, known, received);
    if (checked.type === 'refused') return refuseLogin(this.signIn, visit, checked.cause);
    return this.login(visit, checked.request);
  }

  private check(visit: Visit, known: { app: App; client: SamlClient }, received: Received) {
    try {
      const asked = readAuthnRequest(received.xml, proofOf(known.client, received), visit.now);
      const { ssoUrl } = ourNames(this.signIn.loginOrigins, visit.origin);
      const { relayState } = received;
      const context = { ssoUrl, relayState, now: visit.now };
      return checkSsoRequest(visit.catalogue, this.signIn.suffix, known, asked, context);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      return { type: 'refused' as const, cause: error.message };
    }
  }

  private async login(visit: Visit, request: SsoRequest): Promise<void> {
    const cookie = readLoginCookie(visit.request);
    const identity = cookie === undefined ? undefined : await this.signIn.broker.login(cookie, visit.now);
    const allowed =
      identity && providersOf(visit.catalogue, request.app).some(({ id }) => id === identity.identityProvider);
    if (allowed && !request.forceAuthn && !unmet(request, identity))
      return completeSso(this.signIn, visit, request, identity, 'remembered');
    if (request.isPassive)
      return refuseSso(this.signIn, visit, request, 'urn:oasis:names:tc:SAML:2.0:status:NoPassive');
    const force = request.forceAuthn ? { prompt: 'login', max_age: '0' } : {};
    const contexts = request.contexts.length > 0 ? { acr_values: request.contexts.join(' ') } : {};
    return beginLogin(this.signIn, visit, { kind: 'saml', request }, { ...force, ...contexts });
  }
}

/** An app with certificates must sign. Throws {@link XmlError}. */
function proofOf(client: SamlClient, received: Received): Proof {
  const keys = client.certificates.map(pemOf);
  if (keys.length === 0) return { type: 'none' };
  if (received.query && verifyQuery(received.query, keys)) return { type: 'query' };
  if (!received.query && isEnveloped(received.xml)) return { type: 'enveloped', keys };
  throw new XmlError('AuthnRequest', 'the request is not signed by the app');
}
