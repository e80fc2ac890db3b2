// Secrets of the embedded world: made at its first start, kept in its state folder, readable by its owner only.
import 'reflect-metadata';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provisionUser, serviceNames } from '@gatehouse/messaging/permissions';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { z } from 'zod';

export const databaseRoles = ['portal', 'sessions', 'activity', 'alerts', 'keys', 'pdp'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

const pemNames = [
  'snapshotKey',
  'snapshotPublicKey',
  'brokerKey',
  'samlKey',
  'idpSamlKey',
  'caCertificate',
  'caKey',
] as const;
type PemName = (typeof pemNames)[number];

const secretsSchema = z.object({
  postgres: z.string(),
  databases: z.record(z.enum(databaseRoles), z.string()),
  nats: z.record(z.string(), z.string()),
  idpClient: z.string(),
  apps: z.object({ files: z.string(), crm: z.string() }),
  twilioSid: z.string(),
  twilioToken: z.string(),
  // A world made before there were links gets a new one at every start.
  alertLink: z.string().default(() => password()),
  pem: z.record(z.enum(pemNames), z.string()),
});
export type WorldSecrets = z.infer<typeof secretsSchema>;

export type SecretFiles = Readonly<Record<PemName, string>>;

const password = () => randomBytes(24).toString('hex');

/** The state folder's secrets, made now if it has none. */
export async function loadSecrets(stateFolder: string): Promise<WorldSecrets> {
  const file = join(stateFolder, 'secrets.json');
  if (existsSync(file)) return completeSecrets(file);
  const secrets = await makeSecrets();
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** A state folder of an earlier version gets the keys that came later. */
function completeSecrets(file: string): WorldSecrets {
  const saved = JSON.parse(readFileSync(file, 'utf8'));
  const missing = ['samlKey', 'idpSamlKey'].filter((name) => !saved.pem?.[name]);
  const secrets = secretsSchema.parse({
    ...saved,
    pem: { ...saved.pem, ...Object.fromEntries(missing.map((name) => [name, rsaKey()])) },
  });
  if (missing.length > 0) writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

function rsaKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function makeSecrets(): Promise<WorldSecrets> {
  const [portal, sessions, activity, alerts, keys, pdp] = Array.from({ length: databaseRoles.length }, password);
  return secretsSchema.parse({
    postgres: password(),
    databases: { portal, sessions, activity, alerts, keys, pdp },
    nats: Object.fromEntries([...serviceNames, provisionUser].map((name) => [name, password()])),
    idpClient: password(),
    apps: { files: password(), crm: password() },
    twilioSid: `AC${randomBytes(16).toString('hex')}`,
    twilioToken: randomBytes(16).toString('hex'),
    alertLink: password(),
    pem: await makeKeys(),
  });
}

async function makeKeys(): Promise<Record<PemName, string>> {
  const snapshot = generateKeyPairSync('ed25519');
  const broker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
  const ca = await makeAuthority();
  return {
    snapshotKey: snapshot.privateKey.export(pkcs8).toString(),
    snapshotPublicKey: snapshot.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    brokerKey: broker.privateKey.export(pkcs8).toString(),
    samlKey: rsaKey(),
    idpSamlKey: rsaKey(),
    caCertificate: ca.certificate,
    caKey: ca.key,
  };
}

/** A local certificate authority for the edge's https: nobody trusts it unless they import it. */
async function makeAuthority(): Promise<{ certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: 'CN=Gatehouse local CA',
    notBefore: new Date(now - 86_400_000),
    notAfter: new Date(now + 3650 * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const body = der.match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}

/** Writes the PEMs as the files that services read. */
export function writeSecretFiles(stateFolder: string, secrets: WorldSecrets): SecretFiles {
  const folder = join(stateFolder, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const entries = pemNames.map((name) => {
    const file = join(folder, `${name}.pem`);
    writeFileSync(file, secrets.pem[name], { mode: 0o600 });
    return [name, file] as const;
  });
  return Object.fromEntries(entries) as SecretFiles;
}
