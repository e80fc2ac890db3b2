import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { claimedIssuer, isEnveloped, type LogoutRequest, readLogoutRequest } from '@gatehouse/saml/request';
import { logoutResponse } from '@gatehouse/saml/write';
import { XmlError } from '@gatehouse/saml/xml';
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { setLoginCookie } from '../browser-cookie.ts';
import { endSessions } from '../end-sessions.ts';
import { sendPage } from '../pages/page.ts';
import { wordingOf } from '../pages/wording.ts';
import { refuseLogin } from '../refusal.ts';
import { newToken } from '../secret-token.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit, type Visit } from '../visit.ts';
import { type Received, readPost, readRedirect, redirectUrl, verifyQuery } from './binding.ts';
import { ourNames } from './our-names.ts';
import { pemOf } from './saml-key.ts';

const memoryMs = 15 * 60_000;

/** Single logout by the identity provider: a signed request ends the sessions it names, once. */
@Controller('saml')
export class SamlLogoutHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('logout')
  byRedirect(@Req() request: Request, @Res() response: Response): Promise<void> {
    const query = request.originalUrl.split(/\?(.*)/s)[1] ?? '';
    return this.logout(request, response, readRedirect(query, 'SAMLRequest'));
  }

  @Post('logout')
  byPost(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.logout(request, response, readPost(request.body, 'SAMLRequest'));
  }

  private async logout(request: Request, response: Response, received: Received | undefined): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    if (!received) return refuseLogin(this.signIn, visit, 'no logout request');
    const issuer = claimedIssuer(received.xml);
    const provider = visit.catalogue.identityProviders.find(
      (each) => each.enabled && each.type === 'saml' && each.issuer === issuer,
    );
    if (!provider) return refuseLogin(this.signIn, visit, 'logout by an unknown identity provider');
    const asked = this.read(visit, provider, received);
    if (typeof asked === 'string') return refuseLogin(this.signIn, visit, asked);
    if (!(await this.signIn.providerStore.useOnce(provider.issuer, asked.id, visit.now + memoryMs)))
      return refuseLogin(this.signIn, visit, 'the logout request was used before');
    const which = { provider: provider.id, subject: asked.nameId, sessions: asked.sessionIndexes };
    await endSessions(this.signIn, which, `identity provider ${provider.id}`, visit.now);
    setLoginCookie(response, '', 0);
    return this.answer(visit, provider, asked, received.relayState);
  }

  /** The request, or why it is none. */
  private read(visit: Visit, provider: IdentityProvider, received: Received): LogoutRequest | string {
    const keys = (provider.saml?.certificates ?? []).map(pemOf);
    const destination = ourNames(this.signIn.loginOrigins, visit.origin).spSloUrl;
    const expected = { issuer: provider.issuer, destination, now: visit.now };
    try {
      if (received.query && verifyQuery(received.query, keys))
        return readLogoutRequest(received.xml, { type: 'query' }, expected);
      if (!received.query && isEnveloped(received.xml))
        return readLogoutRequest(received.xml, { type: 'enveloped', keys }, expected);
      return 'the logout request is not signed by the identity provider';
    } catch (error) {
      if (error instanceof XmlError) return error.message;
      throw error;
    }
  }

  /** Back to where the catalogue says the provider listens, never to an address in the request. */
  private answer(visit: Visit, provider: IdentityProvider, asked: LogoutRequest, relayState: string | undefined): void {
    const { samlKey, loginOrigins } = this.signIn;
    const destination = provider.saml?.sloUrl;
    if (!samlKey || !destination) {
      sendSignedOut(visit);
      return;
    }
    const issuer = ourNames(loginOrigins, visit.origin).spEntityId;
    const xml = logoutResponse({ id: `_${newToken()}`, now: visit.now, issuer, destination, inResponseTo: asked.id });
    const url = redirectUrl(destination, { kind: 'SAMLResponse', xml, relayState }, samlKey.signing.privateKey);
    visit.response.set('cache-control', 'no-store').redirect(303, url);
  }
}

export function sendSignedOut({ response, language, catalogue }: Visit): void {
  const words = wordingOf(language);
  const { organisation } = catalogue.settings;
  sendPage(response, 200, { language, organisation, title: words.signedOutTitle, body: '' });
}
