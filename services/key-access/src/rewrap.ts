// The rewrap call of an OpenTDF key access server, without its transport (opentdf/platform, kas.AccessService/Rewrap).
import { keyAccessSchema } from '@gatehouse/label/tdf-manifest';
import { z } from 'zod';
import type { AccessContext } from './access-policy.client.ts';
import { proveRequest, signedBody, type TokenRules, Unauthenticated } from './access-token.ts';
import { wrapperFor } from './key-wrap.ts';
import type { Subject } from './open-check.ts';
import { type OpenTools, openFile } from './open-file.ts';

const maxObjects = 64;
const objectSchema = z.object({ keyAccessObjectId: z.string().max(200), keyAccessObject: keyAccessSchema });
const bodySchema = z.object({
  clientPublicKey: z.string().max(8192),
  requests: z
    .array(
      z.object({
        keyAccessObjects: z.array(objectSchema).min(1).max(maxObjects),
        policy: z.object({ id: z.string().default('policy'), body: z.string() }),
      }),
    )
    .min(1)
    .max(maxObjects),
});
const legacySchema = z.object({
  clientPublicKey: z.string().max(8192),
  keyAccess: keyAccessSchema,
  policy: z.string(),
});
type Body = z.output<typeof bodySchema>;

export type RewrapCall = {
  readonly authorization: string | undefined;
  readonly dpop: string | undefined;
  readonly method: string;
  /** Configured origin and the path that was called. */
  readonly url: string;
  readonly body: unknown;
  readonly context: AccessContext;
};
export type RewrapAnswer = { readonly status: number; readonly body: object };
export type RewrapTools = OpenTools & { readonly rules: TokenRules };

function bodyOf(value: unknown): Body | undefined {
  const body = bodySchema.safeParse(value);
  if (body.success) return body.data;
  const legacy = legacySchema.safeParse(value);
  if (!legacy.success) return undefined;
  const { clientPublicKey, keyAccess, policy } = legacy.data;
  const keyAccessObjects = [{ keyAccessObjectId: 'kao-0', keyAccessObject: keyAccess }];
  return { clientPublicKey, requests: [{ keyAccessObjects, policy: { id: 'policy', body: policy } }] };
}

const refusal = (status: 400 | 401, code: string, message: string): RewrapAnswer => ({
  status,
  body: { code, message },
});
const badRequest = refusal(400, 'invalid_argument', 'bad request');

/** Never throws for what a client sent; throws when a store fails, which callers answer as unavailable. */
export async function rewrap(call: RewrapCall, tools: RewrapTools): Promise<RewrapAnswer> {
  const now = tools.now();
  try {
    const proven = await proveRequest(call, tools.rules, now);
    const token = (call.body as { signedRequestToken?: unknown } | null | undefined)?.signedRequestToken;
    const body = bodyOf(await signedBody(token, proven, now));
    return body ? await answer(body, proven.subject, call, tools) : badRequest;
  } catch (error) {
    if (error instanceof Unauthenticated) return refusal(401, 'unauthenticated', 'the request is not authenticated');
    throw error;
  }
}

async function answer(body: Body, subject: Subject, call: RewrapCall, tools: RewrapTools): Promise<RewrapAnswer> {
  const objects = body.requests.reduce((sum, { keyAccessObjects }) => sum + keyAccessObjects.length, 0);
  const wrapper = objects <= maxObjects ? clientWrapper(body.clientPublicKey) : undefined;
  if (!wrapper) return badRequest;
  const responses: object[] = [];
  for (const { policy, keyAccessObjects } of body.requests) {
    const results: object[] = [];
    for (const one of keyAccessObjects)
      results.push(await result(one, policy.body, subject, call, tools, wrapper.wrap));
    responses.push({ policyId: policy.id, results });
  }
  const first = (responses[0] as { results: { kasWrappedKey?: string }[] }).results[0]?.kasWrappedKey;
  const legacy = first ? { entityWrappedKey: first } : {};
  return { status: 200, body: { responses, sessionPublicKey: wrapper.sessionPublicKey, ...legacy } };
}

function clientWrapper(pem: string): ReturnType<typeof wrapperFor> | undefined {
  try {
    return wrapperFor(pem);
  } catch {
    return undefined;
  }
}

async function result(
  { keyAccessObjectId, keyAccessObject: access }: z.output<typeof objectSchema>,
  policy: string,
  subject: Subject,
  { context }: RewrapCall,
  tools: OpenTools,
  wrap: (key: Uint8Array) => string,
): Promise<object> {
  const opened = await openFile({ access, policy, subject, context, purpose: 'key' }, tools);
  switch (opened.type) {
    case 'allowed': {
      const kasWrappedKey = wrap(opened.key);
      opened.key.fill(0);
      return { keyAccessObjectId, status: 'permit', kasWrappedKey, metadata: {} };
    }
    case 'denied':
      // Clients match the word, not the reason; the reason class helps people.
      return { keyAccessObjectId, status: 'fail', error: `PermissionDenied: ${opened.reason}` };
    case 'badRequest':
      return { keyAccessObjectId, status: 'fail', error: 'InvalidArgument: bad request' };
    default:
      return opened satisfies never;
  }
}
