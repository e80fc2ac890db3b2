// The JSON Schema of policy files, for editors: `# yaml-language-server: $schema=<portal>/api/v1/schema/policy.json`.
import { policyJsonSchema } from '@gatehouse/policy/schema';
import { z } from 'zod';
import { route } from './route.ts';

const policySchemaRoute = route(
  {
    method: 'get',
    path: '/schema/policy.json',
    summary: 'JSON Schema of policies and their tests as YAML',
    role: 'public',
    output: z.record(z.string(), z.unknown()),
  },
  async () => ({ body: policyJsonSchema() }),
);

export const policySchemaRoutes = [policySchemaRoute];
