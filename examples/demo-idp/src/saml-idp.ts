// The SAML side of the demo identity provider: the same people, the same form, a signed response by HTTP-POST.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inflateRawSync } from 'node:zlib';
import { emailNameId } from '@gatehouse/saml/names';
import { readAuthnRequest } from '@gatehouse/saml/request';
import { type SigningKey, signXml } from '@gatehouse/saml/signature';
import { idpMetadata, samlResponse } from '@gatehouse/saml/write';
import { escapeXml } from '@gatehouse/saml/xml';
import { X509CertificateGenerator } from '@peculiar/x509';
import { loginPage } from './login-page.ts';
import { page, readBody } from './page.ts';
import { demoPassword, devices, type Person, personOf } from './people.ts';

/** A service provider that may ask: its entityID and where its answers go. */
export type SamlServiceProvider = { readonly entityId: string; readonly acsUrls: readonly string[] };

export type SamlIdp = {
  readonly entityId: string;
  readonly metadata: string;
  readonly key: SigningKey;
  /** True when the request was for it. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
};

const classes = {
  password: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  mfa: 'https://refeds.org/profile/mfa',
} as const;
const newId = () => `_${randomBytes(20).toString('hex')}`;

export async function newSamlIdp(options: {
  readonly origin: string;
  readonly serviceProviders: readonly SamlServiceProvider[];
  /** PKCS#8 PEM; absent: a new key at each start. */
  readonly key?: string | undefined;
}): Promise<SamlIdp> {
  const { origin, serviceProviders } = options;
  const key = await signingKey(options.key);
  const entityId = `${origin}/saml/metadata`;
  const base64 = key.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
  const metadata = idpMetadata({
    entityId,
    ssoUrl: `${origin}/saml/sso`,
    sloUrl: `${origin}/saml/slo`,
    certificates: [base64],
  });
  return {
    entityId,
    metadata,
    key,
    async handle(request, response) {
      const url = new URL(request.url ?? '/', origin);
      if (url.pathname === '/saml/metadata') {
        response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' }).end(metadata);
        return true;
      }
      if (url.pathname === '/saml/slo') {
        response.writeHead(200, { 'content-type': 'text/plain' }).end('You are signed out.\n');
        return true;
      }
      if (url.pathname !== '/saml/sso') return false;
      await signOn({ entityId, key, serviceProviders, url, request, response });
      return true;
    },
  };
}

/** The key and a certificate of its own making. */
export async function signingKey(pem?: string): Promise<SigningKey> {
  const key = pem ? createPrivateKey(pem) : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
  } as CryptoKeyPair;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Acme identity',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    signingAlgorithm: algorithm,
    keys,
  });
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { privateKey, certificate: certificate.toString('pem') };
}

type SignOn = {
  readonly entityId: string;
  readonly key: SigningKey;
  readonly serviceProviders: readonly SamlServiceProvider[];
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

async function signOn({ entityId, key, serviceProviders, url, request, response }: SignOn): Promise<void> {
  const asked = readAuthnRequest(
    inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64'), {
      maxOutputLength: 100_000,
    }).toString('utf8'),
    { type: 'none' },
    Date.now(),
  );
  const provider = serviceProviders.find((each) => each.entityId === asked.issuer);
  const acsUrl = provider?.acsUrls.find((each) => each === (asked.acsUrl ?? provider.acsUrls[0]));
  if (!provider || !acsUrl) throw new RangeError('an unknown service provider');
  if (request.method !== 'POST') return page(response, loginPage(url.pathname + url.search, false));
  const form = new URLSearchParams(await readBody(request));
  const person = personOf(form.get('login') ?? '');
  if (!person || form.get('password') !== demoPassword)
    return page(response, loginPage(url.pathname + url.search, true));
  const device = devices.find(({ value }) => value === form.get('device'))?.tags ?? [];
  const context = asked.contexts.includes(classes.mfa) ? classes.mfa : classes.password;
  const xml = answer({
    entityId,
    audience: provider.entityId,
    acsUrl,
    inResponseTo: asked.id,
    person,
    device,
    context,
  });
  sendForm(response, acsUrl, signAll(xml, key), url.searchParams.get('RelayState'));
}

type AnswerParts = {
  readonly entityId: string;
  readonly audience: string;
  readonly acsUrl: string;
  readonly inResponseTo: string;
  readonly person: Person;
  readonly device: readonly string[];
  readonly context: string;
};

function answer({ entityId, audience, acsUrl, inResponseTo, person, device, context }: AnswerParts): string {
  const now = Date.now();
  return samlResponse({
    id: newId(),
    assertionId: newId(),
    now,
    issuer: entityId,
    acsUrl,
    audience,
    inResponseTo,
    nameId: person.email,
    nameIdFormat: emailNameId,
    context,
    authnInstant: now,
    sessionIndex: newId(),
    lifetimeMs: 300_000,
    attributes: { email: [person.email], name: [person.name], groups: person.groups, device_tags: device },
  });
}

/** Signs the assertion and then the response around it. */
export function signAll(xml: string, key: SigningKey): string {
  const [responseId = '', assertionId = ''] = [...xml.matchAll(/ ID="([^"]+)"/g)].map(([, id = '']) => id);
  return signXml(signXml(xml, assertionId, key), responseId, key);
}

function sendForm(response: ServerResponse, acsUrl: string, xml: string, relayState: string | null): void {
  const message = Buffer.from(xml).toString('base64');
  const relay = relayState === null ? '' : `<input type="hidden" name="RelayState" value="${escapeXml(relayState)}">`;
  page(
    response,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head><body>
<form method="post" action="${escapeXml(acsUrl)}"><input type="hidden" name="SAMLResponse" value="${message}">${relay}
<button type="submit">Continue</button></form><script src="/saml/submit.js"></script></body></html>`,
    'scripts',
  );
}

export const submitScript = 'document.forms[0].submit();\n';
