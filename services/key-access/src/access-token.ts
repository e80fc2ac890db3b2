// Who asks: an access token of the issuer and a proof that the sender holds its key (RFC 9068, RFC 9449).
import { createHash } from 'node:crypto';
import {
  calculateJwkThumbprint,
  decodeProtectedHeader,
  importJWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { Subject } from './open-check.ts';

export type TokenRules = {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** Client ids whose proofs may lack `ath`. */
  readonly interopClients: readonly string[];
  /** True the first time a proof's id is seen by any replica. */
  readonly firstUse: (id: string, expiresAt: Date) => Promise<boolean>;
};

/** `key` is the one the proof was made with, and the token bound to. */
export type ProvenRequest = { readonly subject: Subject; readonly key: CryptoKey };

/** Signatures only: `none` and shared secrets are nobody's proof. */
const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const proofAlgorithms = ['RS256', 'PS256', 'ES256', 'ES384'];
const proofWindowSeconds = 60;

const claimsSchema = z.object({
  email: z.string().optional(),
  sub: z.string(),
  groups: z.array(z.string()).default([]),
  device_tags: z.array(z.string()).default([]),
  amr: z.array(z.string()).default([]),
  auth_time: z.number().optional(),
  client_id: z.string().optional(),
  azp: z.string().optional(),
  cnf: z.object({ jkt: z.string() }),
});

export class Unauthenticated extends Error {
  readonly code = 'UNAUTHENTICATED';
}

/** The subject a token or an ID token speaks of. */
export function subjectOf(claims: JWTPayload): Subject {
  const parsed = claimsSchema.omit({ cnf: true }).parse(claims);
  return {
    user: parsed.email ?? parsed.sub,
    groups: parsed.groups,
    deviceTags: parsed.device_tags,
    strong: parsed.amr.includes('mfa'),
    authenticatedAt: (parsed.auth_time ?? 0) * 1000,
  };
}

/**
 * Token, then proof, in the order of the guide; throws {@link Unauthenticated} with nothing to learn from it. `url` is the
 * configured address, never one a client's header could name.
 */
export async function proveRequest(
  request: {
    readonly authorization: string | undefined;
    readonly dpop: string | undefined;
    readonly method: string;
    readonly url: string;
  },
  rules: TokenRules,
  now: Date,
): Promise<ProvenRequest> {
  try {
    const token = /^(?:DPoP|Bearer) ([A-Za-z0-9._~+/-]+=*)$/i.exec(request.authorization ?? '')?.[1] ?? '';
    const { payload } = await jwtVerify(token, rules.keys, {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms,
      requiredClaims: ['exp', 'sub'],
      currentDate: now,
      clockTolerance: 5,
    });
    const { cnf, client_id, azp } = claimsSchema.parse(payload);
    const interop = rules.interopClients.includes(client_id ?? azp ?? '');
    const key = await checkProof(request, token, cnf.jkt, interop, rules, now);
    return { subject: subjectOf(payload), key };
  } catch (cause) {
    throw new Unauthenticated('the request is not proven', { cause });
  }
}

const proofSchema = z.object({
  htm: z.string(),
  htu: z.string(),
  jti: z.string().min(8).max(256),
  iat: z.number(),
  ath: z.string().optional(),
});

async function checkProof(
  request: { readonly dpop: string | undefined; readonly method: string; readonly url: string },
  token: string,
  thumbprint: string,
  interop: boolean,
  rules: TokenRules,
  now: Date,
): Promise<CryptoKey> {
  const { jwk, alg } = decodeProtectedHeader(request.dpop ?? '');
  if (!jwk || 'd' in jwk || !proofAlgorithms.includes(alg ?? '')) throw new Error('no public key');
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array) throw new Error('no public key');
  const { payload } = await jwtVerify(request.dpop ?? '', key, {
    typ: 'dpop+jwt',
    algorithms: proofAlgorithms,
    currentDate: now,
  });
  const proof = proofSchema.parse(payload);
  if ((await calculateJwkThumbprint(jwk)) !== thumbprint) throw new Error('another key');
  const target = new URL(proof.htu);
  if (proof.htm !== request.method || `${target.origin}${target.pathname}` !== request.url)
    throw new Error('another request');
  if (Math.abs(now.getTime() / 1000 - proof.iat) > proofWindowSeconds) throw new Error('not of now');
  const hash = createHash('sha256').update(token).digest('base64url');
  if (proof.ath !== hash && !(interop && proof.ath === undefined)) throw new Error('another token');
  const id = createHash('sha256').update(`${thumbprint}\n${proof.jti}`).digest('base64url');
  if (!(await rules.firstUse(id, new Date((proof.iat + 2 * proofWindowSeconds) * 1000))))
    throw new Error('used before');
  return key;
}

/** The body a client signed with the key its token is bound to. */
export async function signedBody(token: unknown, { key }: Pick<ProvenRequest, 'key'>, now: Date): Promise<unknown> {
  try {
    if (typeof token !== 'string') throw new Error('no request token');
    const { payload } = await jwtVerify(token, key, {
      algorithms: proofAlgorithms,
      currentDate: now,
      clockTolerance: 5,
    });
    return JSON.parse(String(payload.requestBody));
  } catch (cause) {
    throw new Unauthenticated('the request is not signed', { cause });
  }
}
