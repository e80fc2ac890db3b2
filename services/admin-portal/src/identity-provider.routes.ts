// Reading metadata before a provider or an app is saved, and what sign-in knows about a provider.
import { providerInsight } from '@gatehouse/contracts/session-control';
import { type MetadataProblem, readIdpMetadata, readSpMetadata } from '@gatehouse/saml/metadata';
import { z } from 'zod';
import { certificateFact, isLocalhost } from './identity-provider.check.ts';
import { fetchMetadata } from './metadata.client.ts';
import { getObject } from './object.store.ts';
import { Problem } from './problem.ts';
import { route } from './route.ts';
import { ask } from './service.client.ts';

const factSchema = z.object({
  subject: z.string(),
  sha256: z.string(),
  notAfter: z.iso.datetime(),
  problem: z.string().optional(),
});
const sourceSchema = z.strictObject({
  url: z.string().max(2048).optional(),
  xml: z.string().max(1_000_000).optional(),
});

const refuse = (message: string) =>
  new Problem('INVALID', { detail: 'The metadata was not taken.', errors: [{ field: 'metadata', message }] });

const problemsOf = (problems: readonly MetadataProblem[]) =>
  new Problem('INVALID', {
    detail: 'The metadata was not taken.',
    errors: problems.map(({ element, message }) => ({ field: 'metadata', message: `${element}: ${message}` })),
  });

async function textOf({ url, xml }: z.infer<typeof sourceSchema>, localDemo: boolean): Promise<string> {
  if ((url === undefined) === (xml === undefined)) throw refuse('give either an address (url) or the text (xml)');
  if (url === undefined) return xml ?? '';
  const fetched = await fetchMetadata(url, localDemo);
  if (fetched.type === 'refused') throw refuse(fetched.message);
  return fetched.text;
}

const isDemo = (suffix: string) => suffix.endsWith('.localhost');

const idpMetadata = route(
  {
    method: 'post',
    path: '/identity-providers/metadata',
    summary: 'Read the SAML metadata of an identity provider; nothing is stored',
    role: 'admin',
    body: sourceSchema,
    output: z.object({
      issuer: z.string(),
      saml: z.object({ ssoUrl: z.string(), sloUrl: z.string().optional(), certificates: z.array(z.string()) }),
      attributes: z.array(z.string()),
      certificates: z.array(factSchema),
    }),
  },
  async ({ body, portal }) => {
    const demo = isDemo(portal.config.SUFFIX);
    const read = readIdpMetadata(await textOf(body, demo), (host) => demo && isLocalhost(host));
    if (read.type === 'refused') throw problemsOf(read.problems);
    const { entityId: issuer, ssoUrl, sloUrl, certificates, attributes } = read.value;
    const facts = certificates.map((each) => certificateFact(each, Date.now()));
    const bad = facts.filter(({ problem }) => problem !== undefined);
    // An old certificate beside a good one is left out; with none left there is nothing to trust.
    const good = certificates.filter((_, at) => facts[at]?.problem === undefined);
    if (good.length === 0)
      throw problemsOf(bad.map(({ problem = '' }) => ({ element: 'X509Certificate', message: problem })));
    return {
      body: {
        issuer,
        saml: { ssoUrl, ...(sloUrl ? { sloUrl } : {}), certificates: good },
        attributes,
        certificates: facts,
      },
    };
  },
);

const spMetadata = route(
  {
    method: 'post',
    path: '/apps/saml-metadata',
    summary: 'Read the SAML metadata of an app; nothing is stored',
    role: 'operator',
    body: sourceSchema,
    output: z.object({
      entityId: z.string(),
      acsUrls: z.array(z.string()),
      sloUrl: z.string().optional(),
      certificates: z.array(z.string()),
    }),
  },
  async ({ body, portal }) => {
    const demo = isDemo(portal.config.SUFFIX);
    const read = readSpMetadata(await textOf(body, demo), (host) => demo && isLocalhost(host));
    if (read.type === 'refused') throw problemsOf(read.problems);
    return { body: read.value };
  },
);

const insight = route(
  {
    method: 'get',
    path: '/identity-providers/:id/insight',
    summary: 'Certificates of a provider, its last sign-in (masked), and our own names to give to it',
    role: 'reader',
    output: providerInsight.output.extend({ certificates: z.array(factSchema) }),
  },
  async ({ params, portal }) => {
    const id = params.id ?? '';
    // A provider not saved yet has no sign-ins, but our names are already needed to set it up.
    const stored = id === 'new' ? undefined : await getObject(portal.db, 'identity-providers', id);
    const known = await ask(portal.messaging, 'sign-in', providerInsight, { identityProvider: id });
    const certificates = (stored?.value.saml?.certificates ?? []).map((each) => certificateFact(each, Date.now()));
    return { body: { ...known, certificates } };
  },
);

export const identityProviderRoutes = [idpMetadata, spMetadata, insight];
