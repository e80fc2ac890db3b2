// What the portal publishes for edges, sign-in and the PDP: apps, assignments, IP ranges, settings.
import { z } from 'zod';
import { defineBucket, defineEvent } from './definition.ts';
import { deviceAuthoritySchema } from './device.ts';
import { labelSchema } from './label.ts';
import { ipCategories } from './vocabulary.ts';

/** What happens where an app leads to a host outside its domain list (docs/adr/0013-unknown-domains.md). */
export const unknownDomainModes = ['enforce', 'monitor', 'block'] as const;
export const unknownDomainModeSchema = z.enum(unknownDomainModes);
export type UnknownDomainMode = z.infer<typeof unknownDomainModeSchema>;

export const appDomainSchema = z.object({
  /** Real host as users know it, lower case, `box.example.com`. */
  host: z.string(),
  /** Origin the app calls itself: scheme and port that stand in its absolute URLs. */
  scheme: z.enum(['http', 'https']).default('https'),
  port: z.number().int().optional(),
  /** Pages of the app call this host in the background, so it gets its own ticket before the app opens. */
  required: z.boolean().optional(),
  /** Where to connect if that is not the host itself. */
  connectTo: z.object({ host: z.string(), port: z.number().int() }).optional(),
});
export type AppDomain = z.infer<typeof appDomainSchema>;

export const appSchema = z.object({
  /** Slug used in policies: `box`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  name: z.string().min(1),
  domains: z.array(appDomainSchema).min(1),
  /** CIDRs this app may resolve to although they are private. */
  allowPrivate: z.array(z.string()).default([]),
  enabled: z.boolean().default(true),
  defaultBehaviour: z.enum(['block', 'allow']).optional(),
  strictMode: z.boolean().default(false),
  unassignedUsers: z.enum(['direct', 'refuse']).default('direct'),
  /** What becomes of hosts outside `domains`; absent: as in the settings. */
  unknownDomainMode: unknownDomainModeSchema.optional(),
  previewPolicy: z.enum(['download', 'view']).default('download'),
  idleMinutes: z.number().int().default(60),
  absoluteMinutes: z.number().int().max(20160).default(720),
  /** The app as an OIDC client of the broker; absent: the app has its own login elsewhere. */
  oidcClient: z
    .object({
      clientId: z.string(),
      /** SHA-256, hex, of the client secret. */
      secretHash: z.string(),
      redirectUris: z.array(z.url()),
      postLogoutRedirectUris: z.array(z.url()).default([]),
    })
    .optional(),
  /** The app as a SAML service provider of the broker. */
  samlClient: z
    .object({
      entityId: z.string().min(1).max(1024),
      /** Real consumer addresses (HTTP-POST); the first is used when the app names none. */
      acsUrls: z.array(z.url()).min(1),
      /** Base64 DER. With any of them, requests must be signed. */
      certificates: z.array(z.string()).default([]),
      /** What NameID carries: the sign-in name, or an opaque id that is stable per user. */
      nameId: z.enum(['userName', 'persistent']).default('userName'),
      /** Attribute name → what of the user goes there. */
      attributes: z
        .record(z.string(), z.enum(['userName', 'email', 'name', 'groups']))
        .default({ email: 'email', name: 'name', groups: 'groups' }),
      /** May a login start here, without the app's request? */
      idpInitiated: z.boolean().default(false),
    })
    .optional(),
  /** Ids of the identity providers whose users may sign in; empty: all that are enabled. */
  identityProviders: z.array(z.string()).default([]),
});
export type App = z.infer<typeof appSchema>;

/** Which users an app is proxied for. `everyone` or any of users and groups. */
export const assignmentSchema = z.object({
  id: z.string(),
  app: z.string(),
  everyone: z.boolean().default(false),
  users: z.array(z.string()).default([]),
  groups: z.array(z.string()).default([]),
  /** "Use proxy enforced restrictions". */
  enforced: z.boolean().default(true),
});
export type Assignment = z.infer<typeof assignmentSchema>;

/** Users who reach an app past the proxy for a while: no policy applies, every use is recorded and alerts. */
export const bypassSchema = z.object({
  id: z.string(),
  app: z.string(),
  users: z.array(z.string().min(1)),
  reason: z.string(),
  expiresAt: z.iso.datetime(),
});
export type Bypass = z.infer<typeof bypassSchema>;

export const ipRangeSchema = z.object({
  id: z.string(),
  name: z.string(),
  cidrs: z.array(z.string()).min(1),
  category: z.enum(ipCategories).default('other'),
  tags: z.array(z.string()).default([]),
  isp: z.string().optional(),
  country: z.string().length(2).optional(),
});
export type IpRange = z.infer<typeof ipRangeSchema>;

export const identityProviderSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['oidc', 'saml']).default('oidc'),
  /** OIDC issuer, or SAML entityID (which need not be a web address). */
  issuer: z.string().min(1).max(1024),
  /** OIDC only. */
  clientId: z.string().default(''),
  /** OIDC only: name of the secret that sign-in reads from its own secret files; the value never travels. */
  clientSecretRef: z.string().default(''),
  /** SAML only. */
  saml: z
    .object({
      /** HTTP-Redirect binding. */
      ssoUrl: z.url(),
      sloUrl: z.url().optional(),
      /** Base64 DER of the certificates it signs with; nothing else is trusted. */
      certificates: z.array(z.string()).min(1),
      /** Accepted AuthnContextClassRefs; empty: any. Sent as RequestedAuthnContext too. */
      authnContexts: z.array(z.string()).default([]),
    })
    .optional(),
  /** Names of claims or SAML attributes; `nameId` is the SAML NameID. */
  claims: z
    .object({
      userName: z.string().default('email'),
      groups: z.string().default('groups'),
      deviceTags: z.string().default('device_tags'),
      name: z.string().default('name'),
    })
    .prefault({}),
  /** OIDC: how it is asked for an authentication context: `acr_values`, or Entra's `acrs` through `claims`. */
  stepUpBy: z.enum(['acr_values', 'acrs']).optional(),
  /** Users whose address ends in one of these are sent here without being asked. */
  emailDomains: z.array(z.string()).default([]),
  enabled: z.boolean().default(true),
});
export type IdentityProvider = z.infer<typeof identityProviderSchema>;

export const settingsSchema = z.object({
  organisation: z.string().default('Gatehouse'),
  supportContact: z.string().default(''),
  defaultBehaviour: z.enum(['block', 'allow']).default('block'),
  unknownDomainMode: unknownDomainModeSchema.default('enforce'),
  /** How long a session cookie is used before the edge puts a new one in its place. */
  ticketRotationMinutes: z.number().int().default(15),
  monitoredNotice: z
    .object({
      enabled: z.boolean().default(true),
      title: z.string().default('Your access to {appName} is monitored'),
      text: z
        .string()
        .default('For security reasons your organisation watches activities and downloads in this session.'),
    })
    .prefault({}),
  blockMessage: z
    .string()
    .max(2000)
    .default('Your organisation does not allow {fileName} to be downloaded from {appName}.'),
  accessBlockMessage: z.string().max(2000).default('Your organisation does not allow this access to {appName}.'),
  maxFileBytes: z
    .number()
    .int()
    .default(100 * 1024 * 1024),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The whole catalogue in one value, so that every reader sees one consistent version. Key: `current`. */
export const catalogueSchema = z.object({
  version: z.number().int(),
  apps: z.array(appSchema),
  assignments: z.array(assignmentSchema),
  bypasses: z.array(bypassSchema).default([]),
  ipRanges: z.array(ipRangeSchema),
  identityProviders: z.array(identityProviderSchema),
  deviceAuthorities: z.array(deviceAuthoritySchema).default([]),
  settings: settingsSchema,
  labels: z.array(labelSchema).default([]),
});
export type Catalogue = z.infer<typeof catalogueSchema>;

export const catalogueBucket = defineBucket({ bucket: 'catalogue', value: catalogueSchema });

/** A host that an app led to and that is in no domain list. Written by edges, untrusted: nothing maps itself. */
export const discoveredDomainSchema = z.object({
  app: z.string(),
  host: z.string(),
  /** A redirect of the app, or a report of a browser about what a page wanted to load. */
  by: z.enum(['redirect', 'report']),
  /** Whether the last attempt was stopped. */
  stopped: z.boolean(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
});
export type DiscoveredDomain = z.infer<typeof discoveredDomainSchema>;

/** Key: app, dot, host. */
export const discoveredDomainsBucket = defineBucket({ bucket: 'discovered-domains', value: discoveredDomainSchema });

export const catalogueChanged = defineEvent({
  subject: 'catalogue.changed',
  stream: 'CONTROL',
  payload: z.object({ id: z.uuid(), version: z.number().int(), changedBy: z.string() }),
});

export const policyChanged = defineEvent({
  subject: 'policy.changed',
  stream: 'CONTROL',
  payload: z.object({ id: z.uuid(), policyId: z.string(), version: z.number().int(), changedBy: z.string() }),
});
