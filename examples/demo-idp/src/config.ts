import { z } from 'zod';

const clientSchema = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  redirectUris: z.array(z.url()).min(1),
});
export type DemoClient = z.infer<typeof clientSchema>;

const serviceProviderSchema = z.object({ entityId: z.string().min(1), acsUrls: z.array(z.url()).min(1) });

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

const shape = z.object({
  IDP_PORT: z.coerce.number().int().min(0).max(65_535).default(9100),
  IDP_ISSUER: z.url().default('http://idp.gatehouse.localhost:9100'),
  CLIENTS: json.pipe(z.array(clientSchema)),
  SERVICE_PROVIDERS: z.string().default('[]').pipe(json).pipe(z.array(serviceProviderSchema)),
  SAML_KEY: z.string().optional(),
});

/**
 * IDP_PORT, IDP_ISSUER, CLIENTS (`[{clientId, clientSecret, redirectUris}]`), SERVICE_PROVIDERS
 * (`[{entityId, acsUrls}]`) and SAML_KEY (PKCS#8 PEM); all faults in one error.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>> = process.env) {
  const parsed = shape.safeParse(variables);
  if (!parsed.success) throw new Error(`demo-idp configuration:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
