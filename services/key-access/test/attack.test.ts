// Attacks on key release: each is tried, none gets a key.
import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { encodePolicy } from '@gatehouse/label/tdf-read';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  bindingFor,
  type Client,
  origin,
  proofOf,
  requestToken,
  resultOf,
  type Sealed,
  startKeyWorld,
  type World,
} from './key-world.ts';

let world: World;
let kim: Client;
let sealed: Sealed;

beforeAll(async () => {
  world = await startKeyWorld();
  kim = await world.person('kim@acme.example');
  sealed = await world.seal();
});
afterAll(() => world?.stop());

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
const attributeOf = (fileId: string) => ({ attribute: `${origin}/attr/file/value/${fileId}` });

function noKey(answer: { status: number; body: object }): void {
  expect(JSON.stringify(answer.body)).not.toMatch(/kasWrappedKey|entityWrappedKey/);
}
async function refused401(change: Parameters<World['ask']>[2], client = kim): Promise<void> {
  const answer = await world.ask(client, [sealed], change);
  expect(answer.status).toBe(401);
  noKey(answer);
}
async function refusedAs(error: string, file: Pick<Sealed, 'access' | 'policy'>, client = kim): Promise<void> {
  const answer = await world.ask(client, [file]);
  noKey(answer);
  expect(resultOf(answer)).toMatchObject({ status: 'fail', error });
}
const badRequest = 'InvalidArgument: bad request';

it('control: the untouched request gets the key', async () => {
  expect(resultOf(await world.ask(kim, [sealed])).status).toBe('permit');
});

it('edited policy', async () => {
  const policy = encodePolicy({
    uuid: sealed.fileId,
    body: { dataAttributes: [attributeOf(sealed.fileId)], dissem: ['kim@acme.example'] },
  });
  await refusedAs(badRequest, { ...sealed, policy });
});
it('policy of another file put on this key', async () => {
  const other = await world.seal();
  await refusedAs(badRequest, { ...sealed, policy: other.policy });
});
it('policy bound anew by somebody without the key', async () => {
  const policy = encodePolicy({
    uuid: sealed.fileId,
    body: { dataAttributes: [attributeOf(sealed.fileId)], dissem: [] },
  });
  await refusedAs(badRequest, {
    policy: `${policy} `,
    access: { ...sealed.access, policyBinding: bindingFor(randomBytes(32), `${policy} `) },
  });
});
it('a key of the attacker under the uuid of a file he may open', async () => {
  // The wrapped key is his own, so the binding holds; what he gets back is what he had.
  const key = randomBytes(32);
  const wrappedKey = publicEncrypt({ key: world.access.currentKey()?.pem ?? '', ...oaep }, key).toString('base64');
  const access = { ...sealed.access, wrappedKey, policyBinding: bindingFor(key, sealed.policy) };
  const answer = await world.ask(kim, [{ access, policy: sealed.policy }]);
  expect(resultOf(answer).status).toBe('permit');
});
it('the key of a closed file under a policy of the attacker', async () => {
  const closed = await world.seal({
    protection: { permissions: [{ principal: { type: 'user', id: 'sam@acme.example' }, rights: ['owner'] }] },
  });
  await refusedAs(badRequest, { access: closed.access, policy: sealed.policy });
  await refusedAs(badRequest, {
    access: { ...closed.access, policyBinding: sealed.access.policyBinding },
    policy: sealed.policy,
  });
});
it('binding left out, of another algorithm, or of another length', async () => {
  for (const policyBinding of [
    '',
    { alg: 'none', hash: '' },
    { alg: 'HS512', hash: 'AAAA' },
    { alg: 'HS256', hash: 'AA==' },
  ])
    await refusedAs(badRequest, { ...sealed, access: { ...sealed.access, policyBinding } });
});
it('dissem only, without our attribute', async () => {
  const file = await world.seal({}, { policyBody: { dataAttributes: [], dissem: ['kim@acme.example'] } });
  await refusedAs('PermissionDenied: notPermitted', file);
});
it('dissem that names somebody else is not ignored', async () => {
  const fileId = 'x';
  const file = await world.seal(
    {},
    { policyBody: { dataAttributes: [attributeOf(fileId)], dissem: ['sam@acme.example'] } },
  );
  await refusedAs('PermissionDenied: notPermitted', file);
});
it('a file nobody registered', async () => {
  await refusedAs('PermissionDenied: unknownFile', await world.seal({}, { register: false }));
});
it('key access of a foreign server', async () => {
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const wrappedKey = publicEncrypt({ key: foreign.publicKey, ...oaep }, randomBytes(32)).toString('base64');
  await refusedAs(badRequest, {
    ...sealed,
    access: { ...sealed.access, url: 'https://evil.example', kid: 'evil', wrappedKey },
  });
  await refusedAs(badRequest, { ...sealed, access: { ...sealed.access, wrappedKey } });
});
it('a key of the wrong length', async () => {
  const key = randomBytes(16);
  const wrappedKey = publicEncrypt({ key: world.access.currentKey()?.pem ?? '', ...oaep }, key).toString('base64');
  await refusedAs(badRequest, {
    ...sealed,
    access: { ...sealed.access, wrappedKey, policyBinding: bindingFor(key, sealed.policy) },
  });
});
it('unwrapping and binding failures cannot be told apart', async () => {
  const wrong = await world.ask(kim, [{ ...sealed, access: { ...sealed.access, wrappedKey: 'AAAA' } }]);
  const unbound = await world.ask(kim, [{ ...sealed, policy: `${sealed.policy}=` }]);
  expect(JSON.stringify(wrong.body)).toBe(JSON.stringify(unbound.body));
});

it('no proof', () => refused401({ proof: '' }));
it('replayed proof', async () => {
  const proof = await proofOf(kim);
  expect((await world.ask(kim, [sealed], { proof })).status).toBe(200);
  await refused401({ proof });
});
it('replayed proof, many at once: one wins', async () => {
  const proof = await proofOf(kim);
  const answers = await Promise.all(Array.from({ length: 10 }, () => world.ask(kim, [sealed], { proof })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});
it('stolen token with the proof of another key', async () => {
  const thief = await world.person('thief@evil.example');
  await refused401({
    authorization: `DPoP ${kim.token}`,
    proof: await proofOf(thief),
    token: await requestToken(thief, [sealed]),
  });
});
it('request signed by another key than the proof', async () => {
  const thief = await world.person('thief@evil.example');
  await refused401({ token: await requestToken(thief, [sealed]) });
});
it('proof for another address', async () =>
  refused401({ proof: await proofOf(kim, { htu: 'https://evil.example/v2/rewrap' }) }));
it('proof for another path', async () => refused401({ proof: await proofOf(kim, { htu: `${origin}/other` }) }));
it('proof for another method', async () => refused401({ proof: await proofOf(kim, { htm: 'GET' }) }));
it('old proof', async () => refused401({ proof: await proofOf(kim, { iat: Math.floor(Date.now() / 1000) - 300 }) }));
it('proof from the future', async () =>
  refused401({ proof: await proofOf(kim, { iat: Math.floor(Date.now() / 1000) + 300 }) }));
it('proof for another token', async () => refused401({ proof: await proofOf(kim, { ath: 'x' }) }));
it('proof without ath from a client that is not listed', async () =>
  refused401({ proof: await proofOf(kim, { ath: undefined }) }));
it('proof without ath is waived for a listed client, and nothing else', async () => {
  const web = await world.person('web@acme.example', { claims: { client_id: 'websdk' } });
  expect((await world.ask(web, [sealed], { proof: await proofOf(web, { ath: undefined }) })).status).toBe(200);
  await refused401({ proof: await proofOf(web, { ath: 'wrong' }) }, web);
});
it('proof of another type', async () => refused401({ proof: await proofOf(kim, {}, { typ: 'JWT' }) }));
it('proof signed with no algorithm', async () => {
  const [, body] = (await proofOf(kim)).split('.');
  const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'dpop+jwt', jwk: kim.jwk })).toString('base64url');
  await refused401({ proof: `${head}.${body}.` });
});

it('no token', () => refused401({ authorization: '' }));
it('token of another issuer', async () =>
  refused401({}, await world.person('k@acme.example', { issuer: 'https://evil.example' })));
it('token for another audience', async () =>
  refused401({}, await world.person('k@acme.example', { audience: 'files' })));
it('expired token', async () => refused401({}, await world.person('k@acme.example', { expires: '-1m' })));
it('token without a bound key', async () =>
  refused401({}, await world.person('k@acme.example', { claims: { cnf: undefined } })));
it('token signed with no algorithm', async () => {
  const token = new UnsecuredJWT({ sub: 'kim@acme.example', cnf: { jkt: 'x' } })
    .setIssuer('https://idp.example')
    .setAudience('gatehouse-key-access')
    .setExpirationTime('5m')
    .encode();
  await refused401({ authorization: `DPoP ${token}` });
});
it('token signed by the attacker', async () => {
  const own = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
  const token = await new SignJWT({ sub: 'kim@acme.example' })
    .setProtectedHeader({ alg: 'HS256', kid: 'issuer' })
    .setExpirationTime('5m')
    .sign(own);
  await refused401({ authorization: `DPoP ${token}` });
});
it('hostile request bodies', async () => {
  for (const body of ['not json', '{}', '[]', 'null', JSON.stringify({ clientPublicKey: 'x', requests: [] })]) {
    const token = await new SignJWT({ requestBody: body })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(kim.proofKeys.privateKey);
    const answer = await world.ask(kim, [], { token });
    expect([400, 401]).toContain(answer.status);
    noKey(answer);
  }
});
it('weak client key', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
  const answer = await world.ask(kim, [], { token: await requestToken(kim, [sealed], weak) });
  expect(answer.status).toBe(400);
  noKey(answer);
});
it('a thousand files in one request', async () => {
  const answer = await world.ask(
    kim,
    Array.from({ length: 1000 }, () => sealed),
  );
  expect(answer.status).toBe(400);
  noKey(answer);
});
it('view right does not release the key', async () => {
  const file = await world.seal({
    protection: { permissions: [{ principal: { type: 'anyUser' }, rights: ['view', 'print'] }] },
  });
  await refusedAs('PermissionDenied: viewOnly', file);
});
