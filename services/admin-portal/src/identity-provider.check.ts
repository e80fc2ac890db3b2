// What an identity provider, and how an app signs in, must hold beyond its shape. Pure; answers name every bad field.
import { X509Certificate } from 'node:crypto';
import type { App, IdentityProvider } from '@gatehouse/contracts/catalogue';
import type { FieldError } from './problem.ts';

export type CertificateFact = {
  readonly subject: string;
  readonly sha256: string;
  readonly notAfter: string;
  readonly problem?: string;
};

/** Hosts that may do without TLS: the embedded demo's, under .localhost. */
export const isLocalhost = (host: string) => host === 'localhost' || host.endsWith('.localhost');

function webAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password) return 'must be a web address';
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocalhost(url.hostname))) return undefined;
  return 'must begin with https://';
}

/** Who a base64 DER certificate is for, until when, and why it cannot be used. */
export function certificateFact(base64: string, now: number): CertificateFact {
  try {
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    const notAfter = new Date(certificate.validTo);
    const weak = asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < 2048;
    const problem = weak
      ? 'is no RSA certificate of at least 2048 bits'
      : notAfter.getTime() <= now
        ? `expired on ${notAfter.toISOString().slice(0, 10)}`
        : undefined;
    const subject = certificate.subject.replaceAll('\n', ', ').slice(0, 200);
    const sha256 = certificate.fingerprint256;
    return { subject, sha256, notAfter: notAfter.toISOString(), ...(problem ? { problem } : {}) };
  } catch {
    return { subject: '', sha256: '', notAfter: new Date(0).toISOString(), problem: 'is no certificate' };
  }
}

export function checkIdentityProvider(
  provider: IdentityProvider,
  others: readonly IdentityProvider[],
  now: number,
): FieldError[] {
  const taken = others.find(({ issuer }) => issuer === provider.issuer);
  const errors: FieldError[] = taken ? [{ field: 'issuer', message: `already belongs to "${taken.name}"` }] : [];
  for (const [at, domain] of provider.emailDomains.entries()) {
    if (!/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain))
      errors.push({ field: `emailDomains[${at}]`, message: 'must be a domain, like example.com' });
  }
  return [...errors, ...(provider.type === 'saml' ? checkSaml(provider, now) : checkOidc(provider))];
}

function checkOidc({ issuer, clientId, clientSecretRef }: IdentityProvider): FieldError[] {
  const errors: FieldError[] = [];
  const address = webAddress(issuer);
  if (address) errors.push({ field: 'issuer', message: address });
  if (!clientId) errors.push({ field: 'clientId', message: 'is needed' });
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(clientSecretRef))
    errors.push({ field: 'clientSecretRef', message: 'names a secret file: letters, digits, dash, underscore' });
  return errors;
}

function checkSaml({ saml }: IdentityProvider, now: number): FieldError[] {
  if (!saml) return [{ field: 'saml', message: 'is needed: import the metadata or fill it in' }];
  const errors: FieldError[] = [];
  for (const name of ['ssoUrl', 'sloUrl'] as const) {
    const message = saml[name] === undefined ? undefined : webAddress(saml[name]);
    if (message) errors.push({ field: `saml.${name}`, message });
  }
  for (const [at, certificate] of saml.certificates.entries()) {
    const { problem } = certificateFact(certificate, now);
    if (problem) errors.push({ field: `saml.certificates[${at}]`, message: problem });
  }
  return errors;
}

/** An app's providers exist, and its SAML addresses lie on its own domains: nothing is ever posted elsewhere. */
export function checkAppSignIn(app: App, others: readonly App[], providers: readonly IdentityProvider[]): FieldError[] {
  const permitted = providers.map(({ id }) => id);
  const errors = app.identityProviders.flatMap((id, at): FieldError[] =>
    permitted.includes(id)
      ? []
      : [{ field: `identityProviders[${at}]`, message: `there is no provider "${id}"`, permitted }],
  );
  const client = app.samlClient;
  if (!client) return errors;
  const owner = others.find(({ samlClient }) => samlClient?.entityId === client.entityId);
  if (owner) errors.push({ field: 'samlClient.entityId', message: `already belongs to the app "${owner.name}"` });
  for (const [at, url] of client.acsUrls.entries()) {
    if (!onDomain(app, url))
      errors.push({ field: `samlClient.acsUrls[${at}]`, message: 'lies on no domain of this app' });
  }
  for (const [at, certificate] of client.certificates.entries()) {
    const { problem } = certificateFact(certificate, Date.now());
    if (problem) errors.push({ field: `samlClient.certificates[${at}]`, message: problem });
  }
  return errors;
}

function onDomain(app: App, text: string): boolean {
  const { origin } = new URL(text);
  return app.domains.some(
    ({ scheme, host, port }) => new URL(`${scheme}://${host}${port ? `:${port}` : ''}`).origin === origin,
  );
}
