// An app's SAML sign-on request to the broker, checked against the service provider that the catalogue knows.
import type { App, Catalogue } from '@gatehouse/contracts/catalogue';
import type { AuthnRequest } from '@gatehouse/saml/request';
import { z } from 'zod';
import { unsuffix } from '../app-host.ts';

export const ssoRequestSchema = z.object({
  app: z.string(),
  entityId: z.string(),
  /** The registered, real consumer address. */
  acsUrl: z.string(),
  /** Absent only when the login starts here. */
  requestId: z.string().optional(),
  relayState: z.string().optional(),
  forceAuthn: z.boolean(),
  isPassive: z.boolean(),
  contexts: z.array(z.string()),
  /** Milliseconds. */
  at: z.number(),
});
export type SsoRequest = z.infer<typeof ssoRequestSchema>;
export type SamlClient = NonNullable<App['samlClient']>;

/** The app whose service provider has this entityID. Equality only. */
export function samlClientOf(catalogue: Catalogue, entityId: string): { app: App; client: SamlClient } | undefined {
  for (const app of catalogue.apps)
    if (app.enabled && app.samlClient?.entityId === entityId) return { app, client: app.samlClient };
  return undefined;
}

export type CheckedSso =
  | { readonly type: 'ok'; readonly request: SsoRequest }
  | { readonly type: 'refused'; readonly cause: string };

/** Which registered address the answer goes to. A suffix that link rewriting put on it is taken away first. */
export function checkSsoRequest(
  catalogue: Catalogue,
  suffix: string,
  { app, client }: { readonly app: App; readonly client: SamlClient },
  asked: AuthnRequest,
  context: { readonly ssoUrl: string; readonly relayState: string | undefined; readonly now: number },
): CheckedSso {
  if (asked.destination !== undefined && asked.destination !== context.ssoUrl)
    return { type: 'refused', cause: 'the request is meant for another address' };
  const acsUrl = asked.acsUrl === undefined ? client.acsUrls[0] : unsuffix(catalogue, suffix, asked.acsUrl);
  if (acsUrl === undefined || !client.acsUrls.includes(acsUrl))
    return { type: 'refused', cause: 'the consumer address is not registered for this app' };
  const { relayState } = context;
  if (relayState !== undefined && relayState.length > 2048)
    return { type: 'refused', cause: 'the RelayState is too long' };
  return {
    type: 'ok',
    request: {
      app: app.id,
      entityId: client.entityId,
      acsUrl,
      requestId: asked.id,
      ...(relayState === undefined ? {} : { relayState }),
      forceAuthn: asked.forceAuthn,
      isPassive: asked.isPassive,
      contexts: [...asked.contexts],
      at: context.now,
    },
  };
}
