// Leaves for catalogued hosts, minted on demand by the local CA with one shared P-256 key.
import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const lifetimeMs = 90 * 24 * 3600_000;
const renewBeforeMs = 10 * 24 * 3600_000;

export type Certificates = (host: string) => Promise<SecureContext>;

/** Mints per host; the caller asks only for hosts it knows, so that nobody makes us sign at will. */
export async function createCertificates(caPem: string, caKeyPem: string): Promise<Certificates> {
  const mintLeaf = await createMint(caPem, caKeyPem);
  const mint = async (host: string, now: number) => createSecureContext(await mintLeaf(host, now));
  const cache = new Map<string, { context: Promise<SecureContext>; until: number }>();
  return (host) => {
    const now = Date.now();
    const known = cache.get(host);
    if (known && known.until > now) return known.context;
    const context = mint(host, now);
    cache.set(host, { context, until: now + lifetimeMs - renewBeforeMs });
    context.catch(() => cache.delete(host));
    return context;
  };
}

/** Key and chain, PEM. */
export type Leaf = { readonly key: string; readonly cert: string };
type Mint = (host: string, now: number) => Promise<Leaf>;

/** A leaf with a key of its own. */
export async function mintSingleLeaf(caPem: string, caKeyPem: string, host: string, now: number): Promise<Leaf> {
  return (await createMint(caPem, caKeyPem))(host, now);
}

async function createMint(caPem: string, caKeyPem: string): Promise<Mint> {
  const issuer = new x509.X509Certificate(caPem);
  const caKey = createPrivateKey(caKeyPem).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await crypto.subtle.importKey('pkcs8', caKey, algorithm, false, ['sign']);
  const leaf = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', leaf.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
  return async (host, now) => {
    const certificate = await x509.X509CertificateGenerator.create({
      ...leafOf(host, now),
      issuer: issuer.subject,
      signingAlgorithm: algorithm,
      publicKey: leaf.publicKey,
      signingKey,
    });
    return { key, cert: `${certificate.toString('pem')}\n${caPem}` };
  };
}

const leafOf = (host: string, now: number) => ({
  serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex'),
  subject: `CN=${host.slice(0, 63)}`,
  notBefore: new Date(now - 3600_000),
  notAfter: new Date(now + lifetimeMs),
  extensions: [
    new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  ],
});
