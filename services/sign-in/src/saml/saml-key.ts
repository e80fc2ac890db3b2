// The RSA key that signs our SAML messages, and a certificate for it: made once, kept in Postgres, equal on every replica.
import { createHash, createPrivateKey, createPublicKey, type KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import type { SigningKey } from '@gatehouse/saml/signature';
import { X509CertificateGenerator } from '@peculiar/x509';
import type { DataSource } from 'typeorm';

export type PublishedCertificate = {
  /** Base64 DER, as metadata carries it. */
  readonly base64: string;
  readonly sha256: string;
  readonly notAfter: string;
};
export type SamlKey = {
  readonly signing: SigningKey;
  /** The signing one first; a second while keys are being exchanged. */
  readonly certificates: readonly PublishedCertificate[];
};

const years = 10;

/** The first usable key signs; `other` is only published. Undefined when neither SAML_KEY nor BROKER_KEY is RSA. */
export async function readSamlKey(
  database: DataSource,
  keys: { readonly own: string | undefined; readonly broker: string; readonly other: string | undefined },
): Promise<SamlKey | undefined> {
  const key = keys.own === undefined ? rsaOf(keys.broker) : requireRsa(keys.own, 'SAML_KEY');
  if (!key) return undefined;
  const pem = await certificateOf(database, key);
  const others =
    keys.other === undefined ? [] : [await certificateOf(database, requireRsa(keys.other, 'SAML_OTHER_KEY'))];
  const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { signing: { privateKey, certificate: pem }, certificates: [pem, ...others].map(published) };
}

function requireRsa(pem: string, name: string): KeyObject {
  const key = rsaOf(pem);
  if (!key) throw new TypeError(`${name} must be an RSA key of at least 2048 bits, PKCS#8 PEM`);
  return key;
}

function rsaOf(text: string): KeyObject | undefined {
  if (text.trim().startsWith('{')) return undefined;
  const key = createPrivateKey(text);
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? key : undefined;
}

async function certificateOf(database: DataSource, key: KeyObject): Promise<string> {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(spki).digest('hex');
  const read = async (): Promise<string | undefined> => {
    const rows: { certificate: string }[] = await database.query(
      'select certificate from saml_certificates where key_hash = $1',
      [hash],
    );
    return rows[0]?.certificate;
  };
  const known = await read();
  if (known) return known;
  // Of replicas that start together one writes, and all read what it wrote.
  await database.query('insert into saml_certificates (key_hash, certificate) values ($1, $2) on conflict do nothing', [
    hash,
    await selfSigned(key),
  ]);
  const stored = await read();
  if (!stored) throw new Error('the SAML certificate could not be stored');
  return stored;
}

async function selfSigned(key: KeyObject): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const { subtle } = webcrypto;
  const [pkcs8, spki] = [
    key.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  ];
  const keys = {
    privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
  } as CryptoKeyPair;
  const now = new Date();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${createHash('sha256').update(spki).digest('hex').slice(0, 30)}`,
    name: 'CN=Gatehouse SAML',
    notBefore: new Date(now.getTime() - 86_400_000),
    notAfter: new Date(now.getTime() + years * 365 * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  });
  return certificate.toString('pem');
}

function published(pem: string): PublishedCertificate {
  const certificate = new X509Certificate(pem);
  return {
    base64: certificate.raw.toString('base64'),
    sha256: certificate.fingerprint256,
    notAfter: new Date(certificate.validTo).toISOString(),
  };
}

/** PEM of a base64 DER certificate, as verifiers want it. */
export function pemOf(base64: string): string {
  const lines = base64.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
