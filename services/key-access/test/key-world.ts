// A key access server on real Postgres and NATS, an issuer of tokens, and a client that proves what it asks.
import {
  constants,
  createHash,
  createHmac,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type DecisionRequest, decisionEvaluate } from '@gatehouse/contracts/decision';
import { fileProtected } from '@gatehouse/contracts/files';
import { protectionSchema } from '@gatehouse/contracts/label';
import { bytesSource } from '@gatehouse/label/source';
import type { KeyAccess as AccessObject, Assertion } from '@gatehouse/label/tdf-manifest';
import { encodePolicy, openTdf } from '@gatehouse/label/tdf-read';
import { writeTdf } from '@gatehouse/label/tdf-write';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { type KeyAccess, startKeyAccess } from '../src/key-access.ts';
import { migrations } from '../src/migrations/list.ts';
import { type RewrapAnswer, rewrap } from '../src/rewrap.ts';
import { serverCrypto } from '../src/server-crypto.ts';

export const origin = 'https://keys.example';
export const issuer = 'https://idp.example';
export const rewrapUrl = `${origin}/v2/rewrap`;
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
export const crypto = {
  ...serverCrypto,
  random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  crc32: (d: Uint8Array, p: number) => crc32(d, p),
};

export type Sealed = {
  readonly fileId: string;
  readonly container: Uint8Array;
  readonly access: AccessObject;
  readonly policy: string;
};
export type Client = Awaited<ReturnType<typeof makeClient>>;

type TokenChange = {
  readonly claims?: object;
  readonly audience?: string;
  readonly issuer?: string;
  readonly expires?: string;
};

/** A person with an access token bound to the client's own proof key. */
async function makeClient(signingKey: CryptoKey, user: string, change: TokenChange = {}) {
  const proofKeys = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(proofKeys.publicKey);
  const thumbprint = createHash('sha256')
    .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
    .digest('base64url');
  const claims = { email: user, sub: user, client_id: 'desk', cnf: { jkt: thumbprint }, ...change.claims };
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'issuer' })
    .setIssuer(change.issuer ?? issuer)
    .setAudience(change.audience ?? 'gatehouse-key-access')
    .setExpirationTime(change.expires ?? '5m')
    .sign(signingKey);
  const unwrapping = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { user, token, proofKeys, jwk, unwrapping };
}

export function clientPem(client: Client): string {
  return client.unwrapping.publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export async function proofOf(client: Client, change: object = {}, header: object = {}): Promise<string> {
  const ath = createHash('sha256').update(client.token).digest('base64url');
  const iat = Math.floor(Date.now() / 1000);
  return new SignJWT({ htm: 'POST', htu: rewrapUrl, jti: randomUUID(), iat, ath, ...change })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: client.jwk, ...header })
    .sign(client.proofKeys.privateKey);
}

export async function requestToken(
  client: Client,
  files: readonly Pick<Sealed, 'access' | 'policy'>[],
  pem = clientPem(client),
): Promise<string> {
  const requests = files.map(({ access, policy }, i) => ({
    keyAccessObjects: [{ keyAccessObjectId: `kao-${i}`, keyAccessObject: access }],
    policy: { id: `policy-${i}`, body: policy },
  }));
  return new SignJWT({ requestBody: JSON.stringify({ clientPublicKey: pem, requests }) })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1m')
    .sign(client.proofKeys.privateKey);
}

export type World = {
  readonly access: KeyAccess;
  readonly source: DataSource;
  readonly client: Messaging;
  readonly questions: DecisionRequest[];
  /** What the access policies answer; `down` throws. */
  policies: 'allow' | 'block' | 'down';
  person(user: string, change?: TokenChange): Promise<Client>;
  /** A file that is sealed and registered, as the labeler does it. */
  seal(
    change?: object,
    options?: {
      readonly content?: Uint8Array;
      readonly policyBody?: object;
      readonly fileName?: string;
      readonly register?: boolean;
      readonly assertions?: readonly Assertion[];
    },
  ): Promise<Sealed>;
  ask(
    client: Client,
    files: readonly Pick<Sealed, 'access' | 'policy'>[],
    change?: {
      readonly proof?: string;
      readonly token?: string;
      readonly authorization?: string;
      readonly url?: string;
    },
  ): Promise<RewrapAnswer>;
  stop(): Promise<void>;
};

export async function startKeyWorld(): Promise<World> {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const database = await postgres.database('keys', migrations);
  const source = await openDatabase(database);
  const server = await connect({ url: nats.url, name: 'key-access' });
  const client = await connect({ url: nats.url, name: 'test' });
  const issuerKeys = await generateKeyPair('ES256', { extractable: true });
  const keys = createLocalJWKSet({
    keys: [{ ...(await exportJWK(issuerKeys.publicKey)), kid: 'issuer', alg: 'ES256' }],
  });
  const questions: DecisionRequest[] = [];
  const { followAccessPolicies } = await import('../src/access-policy.client.ts');
  const log = pino({ level: 'silent' });
  const access = await startKeyAccess({
    ...{ source, messaging: server, log, origin, interopClients: ['websdk'] },
    policies: await followAccessPolicies(server, { country: () => undefined }, log),
    sealSecret: 'a seal secret of forty characters, at least',
    tokens: { issuer, audience: 'gatehouse-key-access', keys },
  });
  const world: World = {
    ...{ access, source, client, questions },
    policies: 'allow',
    person: (user, change) => makeClient(issuerKeys.privateKey, user, change),
    async seal(change = {}, options = {}) {
      const current = access.currentKey();
      if (!current) throw new Error('no key');
      const fileId = randomUUID();
      const attribute = `${origin}/attr/file/value/${fileId}`;
      const policy = encodePolicy({
        uuid: fileId,
        body: options.policyBody ?? { dataAttributes: [{ attribute }], dissem: [] },
      });
      const key = randomBytes(32);
      const wrappedKey = publicEncrypt({ key: current.pem, ...oaep }, key).toString('base64');
      const keyAccess = [
        { type: 'wrapped' as const, url: origin, protocol: 'kas', kid: current.kid, sid: '', wrappedKey },
      ];
      const parts: Uint8Array[] = [];
      const content = options.content ?? Buffer.from('the secret plan');
      for await (const part of writeTdf({ plain: [content], key, policy, keyAccess, mimeType: 'text/plain', crypto }))
        parts.push(part);
      const container = Buffer.concat(parts);
      if (options.register !== false)
        await access.files.register(
          fileProtected.payload.parse({
            ...{ id: randomUUID(), fileId, decisionId: randomUUID(), user: 'sam@acme.example', label: 'Secret' },
            ...{
              labelId: randomUUID(),
              app: 'files',
              fileName: options.fileName ?? 'plan.txt',
              sha256: 'x',
              size: content.length,
            },
            ...{ keyId: current.kid, innerLabel: 'written', at: new Date().toISOString() },
            protection: protectionSchema.parse({
              permissions: [{ principal: { type: 'anyUser' }, rights: ['view', 'export'] }],
            }),
            ...change,
          }),
        );
      const [first] = openTdf(bytesSource(container)).manifest.encryptionInformation.keyAccess;
      if (!first) throw new Error('no key access');
      return { fileId, container, access: first, policy };
    },
    async ask(person, files, change = {}) {
      const tools = access.rewrapTools();
      if (!tools) throw new Error('not configured');
      return rewrap(
        {
          authorization: change.authorization ?? `DPoP ${person.token}`,
          dpop: change.proof ?? (await proofOf(person)),
          method: 'POST',
          url: change.url ?? rewrapUrl,
          body: { signedRequestToken: change.token ?? (await requestToken(person, files)) },
          context: { ip: '203.0.113.9', userAgent: 'test' },
        },
        tools,
      );
    },
    async stop() {
      await access.stop();
      await client.close();
      await server.close();
      await source.destroy();
      await postgres.stop();
      await nats.stop();
    },
  };
  client.serve(decisionEvaluate, async (request) => {
    questions.push(request);
    if (world.policies === 'down') throw new Error('down');
    const verdict = {
      action: world.policies,
      reason: 'POLICY' as const,
      dueToDefault: false,
      obligations: [],
      matched: [],
      reportOnly: [],
    };
    return { type: 'verdict' as const, decisionId: request.decisionId, verdict, trace: [] };
  });
  return world;
}

export type OneResult = { status: string; error?: string; kasWrappedKey?: string };

/** The result of the only, or the nth, file asked for. */
export function resultOf(answer: RewrapAnswer, at = 0): OneResult {
  const body = answer.body as { responses?: { results: OneResult[] }[] };
  return body.responses?.[at]?.results[0] ?? { status: `http ${answer.status}` };
}

export function unwrapped(client: Client, result: OneResult): Uint8Array {
  return privateDecrypt(
    { key: client.unwrapping.privateKey, ...oaep },
    Buffer.from(result.kasWrappedKey ?? '', 'base64'),
  );
}

/** Binds a policy anew, as somebody who has the key could. */
export function bindingFor(key: Uint8Array, policy: string): AccessObject['policyBinding'] {
  const hex = createHmac('sha256', key).update(policy).digest('hex');
  return { alg: 'HS256', hash: Buffer.from(hex).toString('base64') };
}
