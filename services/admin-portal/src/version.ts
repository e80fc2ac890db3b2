// Optimistic locking by ETag and If-Match (RFC 9110, section 13.1.1).
import { Problem } from './problem.ts';
import type { Answer, Call } from './route.ts';

/** `"3"` or `*`; undefined for everything else, so that a weak or foreign tag never passes. */
export function parseIfMatch(header: string | undefined): number | 'any' | undefined {
  if (header === '*') return 'any';
  const match = /^"(\d{1,9})"$/.exec(header ?? '');
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Throws STALE_VERSION with what is stored now. The caller holds the write lock. */
export function requireVersion(call: Pick<Call, 'ifMatch'>, current: { readonly version: number }): void {
  if (call.ifMatch === 'any' || call.ifMatch === current.version) return;
  throw new Problem('STALE_VERSION', { detail: 'Someone else changed this since you read it.', current });
}

/** An object with its version as ETag. */
export function versioned<T extends { readonly version: number }>(stored: T): Answer {
  return { body: stored, headers: { etag: `"${stored.version}"` } };
}
