// The app's single sign-on by SAML, through node-saml: requests by redirect, answers by POST, each answer once.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { Agent, fetch as undiciFetch } from 'undici';
import { readBody, redirect, sendHtml } from './reply.ts';
import type { User } from './sign-in.ts';

export type SamlSignIn = {
  login(response: ServerResponse, returnTo: string): Promise<void>;
  /** The proven user and where to go on, or undefined after an answer was sent. */
  consume(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ readonly user: User; readonly returnTo: string } | undefined>;
  close(): Promise<void>;
};
type Options = {
  readonly publicOrigin: string;
  /** Origin of the identity provider; its metadata is at /saml/idp/metadata. */
  readonly issuer: string;
  readonly lookup?: LookupFunction | undefined;
};

const loginMs = 10 * 60_000;
const mostLogins = 10_000;

export function createSamlSignIn({ publicOrigin, issuer, lookup }: Options): SamlSignIn {
  const agent = new Agent({ connect: lookup ? { lookup } : {} });
  const targets = new Map<string, { readonly returnTo: string; readonly expires: number }>();
  let made: Promise<SAML> | undefined;
  const saml = () => {
    made ??= newSaml(publicOrigin, issuer, agent).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return {
    async login(response, returnTo) {
      const relayState = randomBytes(24).toString('base64url');
      if (targets.size >= mostLogins) targets.delete(targets.keys().next().value ?? '');
      targets.set(relayState, { returnTo, expires: Date.now() + loginMs });
      redirect(response, await (await saml()).getAuthorizeUrlAsync(relayState, undefined, {}));
    },
    async consume(request, response) {
      const form = new URLSearchParams((await readBody(request))?.toString('utf8') ?? '');
      const relayState = form.get('RelayState') ?? '';
      const target = targets.get(relayState);
      targets.delete(relayState);
      const profile = await (await saml())
        .validatePostResponseAsync({ SAMLResponse: form.get('SAMLResponse') ?? '' })
        .then((answer) => answer.profile)
        .catch(() => null);
      if (!profile || !target || target.expires < Date.now()) {
        sendHtml(
          response,
          400,
          '<!doctype html><title>Sign-in expired</title><p>Sign-in expired. <a href="/">Try again</a>',
        );
        return undefined;
      }
      const email = String(profile.email ?? profile.nameID);
      return { user: { email, name: String(profile.name ?? email) }, returnTo: target.returnTo };
    },
    close: () => agent.close(),
  };
}

async function newSaml(publicOrigin: string, issuer: string, agent: Agent): Promise<SAML> {
  const metadata = await (await undiciFetch(`${issuer}/saml/idp/metadata`, { dispatcher: agent })).text();
  const certificates = [...metadata.matchAll(/<ds:X509Certificate>([^<]+)/g)].map(([, text = '']) => text);
  if (certificates.length === 0) throw new Error('the identity provider publishes no certificate');
  return new SAML({
    entryPoint: `${issuer}/saml/idp/sso`,
    callbackUrl: `${publicOrigin}/auth/saml/acs`,
    issuer: `${publicOrigin}/auth/saml/metadata`,
    audience: `${publicOrigin}/auth/saml/metadata`,
    idpCert: certificates,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    validateInResponseTo: ValidateInResponseTo.always,
    requestIdExpirationPeriodMs: loginMs,
    acceptedClockSkewMs: 5_000,
    disableRequestedAuthnContext: true,
    identifierFormat: null,
  });
}
