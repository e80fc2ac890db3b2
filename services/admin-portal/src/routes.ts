// Every route of the API, in the order in which they are tried.
import { z } from 'zod';
import { adminRoutes } from './admin.routes.ts';
import { alertLifecycleRoutes } from './alert-lifecycle.routes.ts';
import { apiTokenRoutes } from './api-token.routes.ts';
import { collectionRoutes } from './collection.routes.ts';
import { deviceRoutes } from './device.routes.ts';
import { discoveredRoutes } from './discovered.routes.ts';
import { evidenceRoutes } from './evidence.routes.ts';
import { explainRoutes } from './explain.routes.ts';
import { exportRoutes } from './export.routes.ts';
import { identityProviderRoutes } from './identity-provider.routes.ts';
import { ipLookupRoutes } from './ip-lookup.routes.ts';
import { openApi } from './openapi.ts';
import { operationRoutes } from './operation.routes.ts';
import { policyRoutes } from './policy.routes.ts';
import { policySchemaRoutes } from './policy-schema.routes.ts';
import { policySetRoutes } from './policy-set.routes.ts';
import { previewRoutes } from './preview.routes.ts';
import { type Route, route } from './route.ts';
import { settingsRoutes } from './settings.routes.ts';
import { signInRoutes } from './sign-in.routes.ts';

const openApiDocument = route(
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This document',
    role: 'public',
    output: z.record(z.string(), z.unknown()),
  },
  async () => ({ body: openApi(routes) }),
);

export const routes: readonly Route[] = [
  ...signInRoutes,
  ...adminRoutes,
  ...apiTokenRoutes,
  ...policyRoutes,
  ...policySetRoutes,
  ...policySchemaRoutes,
  ...previewRoutes,
  ...deviceRoutes,
  ...identityProviderRoutes,
  ...collectionRoutes,
  ...discoveredRoutes,
  ...ipLookupRoutes,
  ...settingsRoutes,
  ...exportRoutes,
  ...evidenceRoutes,
  ...explainRoutes,
  ...alertLifecycleRoutes,
  ...operationRoutes,
  openApiDocument,
];
