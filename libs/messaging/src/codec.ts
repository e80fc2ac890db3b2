// JSON over NATS, parsed against the contract at the boundary.
import type { z } from 'zod';

/** Encodes a value after checking it, so that a wrong message is found where it is made. */
export function encode<S extends z.ZodType>(schema: S, value: z.input<S>): Uint8Array {
  return Buffer.from(JSON.stringify(schema.parse(value)));
}

export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Decodes bytes; malformed JSON or a shape outside the contract is a value, not an exception. */
export function decode<S extends z.ZodType>(schema: S, bytes: Uint8Array): Decoded<z.output<S>> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return { ok: false, problem: 'not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { ok: false, problem: issues.slice(0, 5).join('; ') };
}
