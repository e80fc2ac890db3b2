// Certificate authorities, client certificates and revocation lists for tests, good ones and bad ones alike.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

export type Issued = {
  readonly pem: string;
  readonly der: Uint8Array<ArrayBuffer>;
  readonly serial: string;
  /** PKCS#8 PEM. */
  readonly keyPem: string;
};
export type TestAuthority = Issued & { readonly name: string; readonly keys: CryptoKeyPair };

type Dates = { readonly notBefore?: Date; readonly notAfter?: Date };

export type AuthorityOptions = Dates & {
  /** Absent: signs itself. */
  readonly issuer?: TestAuthority;
  readonly pathLength?: number;
  readonly isAuthority?: boolean;
  readonly usages?: number;
  readonly extensions?: readonly Extension[];
};

export async function makeAuthority(name: string, options: AuthorityOptions = {}): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const usages = options.usages ?? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
  const extensions = [
    new BasicConstraintsExtension(options.isAuthority ?? true, options.pathLength, true),
    new KeyUsagesExtension(usages, true),
    ...(options.extensions ?? []),
  ];
  const issued = await issue(
    `CN=${name}`,
    keys,
    { name: options.issuer?.name ?? name, keys: options.issuer?.keys ?? keys },
    extensions,
    options,
  );
  return { ...issued, name, keys };
}

export type LeafOptions = Dates & {
  readonly purposes?: readonly string[];
  readonly email?: string;
  readonly usages?: number;
  readonly isAuthority?: boolean;
  readonly extensions?: readonly Extension[];
  readonly serial?: string;
};

/** A client certificate; `options` bend it. */
export async function issueCertificate(
  authority: TestAuthority,
  subject = 'a laptop',
  options: LeafOptions = {},
): Promise<Issued> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const purposes = options.purposes ?? [ExtendedKeyUsage.clientAuth];
  const extensions = [
    new BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
    new KeyUsagesExtension(options.usages ?? KeyUsageFlags.digitalSignature, true),
    ...(purposes.length > 0 ? [new ExtendedKeyUsageExtension([...purposes])] : []),
    ...(options.email ? [new SubjectAlternativeNameExtension([{ type: 'email', value: options.email }])] : []),
    ...(options.extensions ?? []),
  ];
  return issue(`CN=${subject}`, keys, authority, extensions, options);
}

export type ListOptions = {
  readonly revoked?: readonly string[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  /** DER of further list extensions. */
  readonly extensions?: readonly Uint8Array[];
  /** Signs in the place of the authority. */
  readonly signer?: TestAuthority;
};

const element = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = Buffer.from(content.length.toString(16).replace(/^(?=(..)*.$)/, '0'), 'hex');
  return Buffer.concat([
    Buffer.from(content.length < 128 ? [tag, content.length] : [tag, 0x80 | size.length, ...size]),
    content,
  ]);
};
const sequence = (...parts: readonly Uint8Array[]) => element(0x30, ...parts);
const integer = (bytes: Buffer) => element(2, Buffer.from(bytes[0]! > 127 ? [0] : []), bytes);
const time = (date: Date) => element(0x18, Buffer.from(date.toISOString().replace(/[-T:]|\.\d+/g, '')));
const fromHex = (text: string) => Buffer.from(text.length % 2 ? `0${text}` : text, 'hex');
const ecdsaWithSha256 = sequence(element(6, fromHex('2a8648ce3d040302')));

/** A revocation list in DER (RFC 5280 section 5.1), written by hand: libraries take minutes for long ones. */
export async function makeRevocationList(authority: TestAuthority, options: ListOptions = {}): Promise<Buffer> {
  const now = Date.now();
  const before = time(new Date(now - day));
  const entries = (options.revoked ?? []).map((serial) => sequence(integer(fromHex(serial)), before));
  const body = sequence(
    integer(Buffer.from([1])),
    ecdsaWithSha256,
    Buffer.from(new Name(`CN=${authority.name}`).toArrayBuffer()),
    time(options.thisUpdate ?? new Date(now - 60_000)),
    time(options.nextUpdate ?? new Date(now + 7 * day)),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    ...(options.extensions ? [element(0xa0, sequence(...options.extensions))] : []),
  );
  const { privateKey } = (options.signer ?? authority).keys;
  const raw = Buffer.from(await crypto.subtle.sign(algorithm, privateKey, Uint8Array.from(body)));
  const numbers = [raw.subarray(0, 32), raw.subarray(32)].map((number) =>
    integer(fromHex(number.toString('hex').replace(/^(00)+/, ''))),
  );
  return sequence(body, ecdsaWithSha256, element(3, Buffer.from([0]), sequence(...numbers)));
}

async function issue(
  subject: string,
  keys: CryptoKeyPair,
  issuer: { readonly name: string; readonly keys: CryptoKeyPair },
  extensions: Extension[],
  { notBefore, notAfter, serial }: Dates & { readonly serial?: string },
): Promise<Issued> {
  const now = Date.now();
  const serialNumber = serial ?? `01${randomBytes(15).toString('hex')}`;
  const certificate = await X509CertificateGenerator.create({
    serialNumber,
    subject,
    issuer: `CN=${issuer.name}`,
    notBefore: notBefore ?? new Date(now - day),
    notAfter: notAfter ?? new Date(now + 365 * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions,
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const body = pkcs8.match(/.{1,64}/g)?.join('\n') ?? '';
  return {
    pem: certificate.toString('pem'),
    der: new Uint8Array(certificate.rawData),
    serial: serialNumber.replace(/^0+/, ''),
    keyPem: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}
