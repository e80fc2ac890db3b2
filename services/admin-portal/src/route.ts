// A route as data: the router serves it, the OpenAPI document describes it, tests walk it.
import type { z } from 'zod';
import type { LoginSession } from './login-session.store.ts';
import type { Portal } from './portal.ts';
import type { Role } from './role.ts';

export type Answer = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Plain text of this type instead of JSON. */
  readonly text?: { readonly type: string; readonly content: string };
  /** Sent as it is produced, as fast as it is taken. */
  readonly stream?: { readonly type: string; readonly chunks: AsyncIterable<string> };
};

/** Media type of bodies that the general limit for JSON would refuse. */
export const largeJson = 'application/vnd.gatehouse.policy-set+json';

export type Call<P = Record<string, string>, Q = unknown, B = unknown> = {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Body as sent, where it was YAML. */
  readonly yaml: string | undefined;
  /** Version from If-Match; `any` for `*`; undefined when the header is missing. */
  readonly ifMatch: number | 'any' | undefined;
  readonly session: LoginSession | undefined;
  readonly ip: string;
  readonly portal: Portal;
};

type Shape<Q extends z.ZodType, B extends z.ZodType> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path below /api/v1. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role | 'public';
  readonly status?: 200 | 201 | 204;
  readonly query?: Q;
  readonly body?: B;
  readonly output?: z.ZodType;
  /** The change needs If-Match. */
  readonly versioned?: boolean;
  /** The body may be YAML, and is then left to the handler. */
  readonly yaml?: boolean;
  /** The body may be larger than others when it comes as `largeJson`. */
  readonly large?: boolean;
  /** Only for a person in a browser, never for an API token. */
  readonly personal?: boolean;
  /** The answer is YAML text. */
  readonly answersYaml?: boolean;
};

export type Route = Shape<z.ZodType, z.ZodType> & { readonly handle: (call: Call) => Promise<Answer> };

/** Ties the types of query and body to the handler. */
export function route<Q extends z.ZodType, B extends z.ZodType>(
  shape: Shape<Q, B>,
  handle: (call: Call<Record<string, string>, z.output<Q>, z.output<B>>) => Promise<Answer>,
): Route {
  return { ...shape, handle: handle as Route['handle'] };
}
