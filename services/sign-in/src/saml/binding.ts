// How SAML messages travel through the browser: HTTP-Redirect (deflated, signed by the query) and HTTP-POST (base64).
import { createSign, createVerify } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { rsaSha256, rsaSha512 } from '@gatehouse/saml/names';
import { longestMessage } from '@gatehouse/saml/response';

export type Received = {
  readonly xml: string;
  readonly relayState: string | undefined;
  /** Present when the query is signed. */
  readonly query?: { readonly octets: string; readonly algorithm: string; readonly signature: string };
};

type Kind = 'SAMLRequest' | 'SAMLResponse';

/** A deflated message in a raw query string; undefined if it is none, or if a parameter is given twice. */
export function readRedirect(rawQuery: string, kind: Kind): Received | undefined {
  const raw = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (raw.has(name)) return undefined;
    raw.set(name, value);
  }
  const message = raw.get(kind);
  if (message === undefined) return undefined;
  try {
    const xml = inflateRawSync(Buffer.from(decodeURIComponent(message), 'base64'), { maxOutputLength: longestMessage });
    const relay = raw.get('RelayState');
    const [algorithm, signature] = [raw.get('SigAlg'), raw.get('Signature')];
    // Bindings section 3.4.4.1: the octets as sent, in this order.
    const octets = [kind, 'RelayState', 'SigAlg']
      .flatMap((name) => (raw.has(name) ? [`${name}=${raw.get(name)}`] : []))
      .join('&');
    const signed =
      algorithm === undefined || signature === undefined
        ? {}
        : {
            query: { octets, algorithm: decodeURIComponent(algorithm), signature: decodeURIComponent(signature) },
          };
    const relayState = relay === undefined ? undefined : decodeURIComponent(relay.replaceAll('+', ' '));
    return { xml: xml.toString('utf8'), relayState, ...signed };
  } catch {
    return undefined;
  }
}

/** A base64 message of a form; undefined if it is none. */
export function readPost(form: unknown, kind: Kind): Received | undefined {
  const { [kind]: message, RelayState: relayState } = (form ?? {}) as Record<string, unknown>;
  if (typeof message !== 'string' || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(message)) return undefined;
  if (relayState !== undefined && typeof relayState !== 'string') return undefined;
  return { xml: Buffer.from(message, 'base64').toString('utf8'), relayState };
}

/** Whether one of the PEM keys signed the query, by SHA-256 or SHA-512. */
export function verifyQuery({ octets, algorithm, signature }: NonNullable<Received['query']>, keys: readonly string[]) {
  const digest = new Map([
    [rsaSha256, 'RSA-SHA256'],
    [rsaSha512, 'RSA-SHA512'],
  ]).get(algorithm);
  if (digest === undefined) return false;
  return keys.some((key) => {
    try {
      return createVerify(digest).update(octets).verify(key, signature, 'base64');
    } catch {
      return false;
    }
  });
}

/** The address with a deflated, signed message in its query. */
export function redirectUrl(
  to: string,
  message: { readonly kind: Kind; readonly xml: string; readonly relayState?: string | undefined },
  privateKey: string,
): string {
  const deflated = deflateRawSync(Buffer.from(message.xml)).toString('base64');
  const parts = [`${message.kind}=${encodeURIComponent(deflated)}`];
  if (message.relayState !== undefined) parts.push(`RelayState=${encodeURIComponent(message.relayState)}`);
  parts.push(`SigAlg=${encodeURIComponent(rsaSha256)}`);
  const signature = createSign('RSA-SHA256').update(parts.join('&')).sign(privateKey, 'base64');
  const query = [...parts, `Signature=${encodeURIComponent(signature)}`].join('&');
  return `${to}${to.includes('?') ? '&' : '?'}${query}`;
}
