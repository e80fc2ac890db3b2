// What the browser holds: an id that finds the record and a key that opens it. A leaked store reveals neither.
import { fromBase64Url, toBase64Url } from './base64url.ts';

/** The `__Host-` prefix makes browsers refuse a cookie with a Domain, so one app host cannot set it for another. */
export const sessionCookieName = '__Host-gatehouse-session';

const halfBytes = 32;
const halfLength = 43;

export type Ticket = { readonly id: Uint8Array<ArrayBuffer>; readonly key: Uint8Array<ArrayBuffer> };

/** A fresh ticket; `random(n)` must give n bytes from a cryptographic generator. */
export function newTicket(random: (bytes: number) => Uint8Array): Ticket {
  return { id: exactly(random(halfBytes)), key: exactly(random(halfBytes)) };
}

/** The cookie value: `base64url(id).base64url(key)`. */
export function formatTicket(ticket: Ticket): string {
  return `${toBase64Url(ticket.id)}.${toBase64Url(ticket.key)}`;
}

/** The ticket of a cookie value, or undefined for everything that {@link formatTicket} would not have written. */
export function parseTicket(cookieValue: string): Ticket | undefined {
  if (cookieValue.length !== 2 * halfLength + 1 || cookieValue[halfLength] !== '.') return undefined;
  const id = fromBase64Url(cookieValue.slice(0, halfLength));
  const key = fromBase64Url(cookieValue.slice(halfLength + 1));
  return id && key ? { id, key } : undefined;
}

function exactly(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length !== halfBytes) throw new RangeError(`random gave ${bytes.length} bytes, not ${halfBytes}`);
  return Uint8Array.from(bytes);
}
