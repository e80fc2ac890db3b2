// OpenAPI 3.1 out of the route table.
import { z } from 'zod';
import { largeJson, type Route } from './route.ts';

export const fieldErrorSchema = z.object({
  field: z.string(),
  message: z.string(),
  permitted: z.array(z.string()).optional(),
  file: z.string().optional(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
});

type JsonSchema = Record<string, unknown>;

/** What zod cannot express (transforms, lazies) becomes "anything" rather than failing the document. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
  }) as JsonSchema;
  return rest;
}

const problem = {
  description: 'Problem (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema() } },
};

function problemSchema(): JsonSchema {
  return jsonSchema(
    z.object({
      type: z.string(),
      title: z.string(),
      status: z.number().int(),
      code: z.string(),
      detail: z.string().optional(),
      errors: z.array(fieldErrorSchema).optional(),
      current: z.unknown().optional(),
      usedBy: z.array(z.object({ type: z.string(), id: z.string(), name: z.string() })).optional(),
    }),
    'output',
  );
}

function parameters(route: Route): JsonSchema[] {
  const path = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query === undefined ? {} : jsonSchema(route.query, 'input');
  const required = (query.required ?? []) as string[];
  const fields = Object.entries((query.properties ?? {}) as Record<string, JsonSchema>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const headers = [
    ...(route.versioned === true ? ['If-Match'] : []),
    ...(route.method === 'get' || route.role === 'public' ? [] : ['x-csrf-token']),
  ].map((name) => ({ name, in: 'header', required: name === 'If-Match', schema: { type: 'string' } }));
  return [...path, ...fields, ...headers];
}

function requestBody(route: Route): JsonSchema {
  if (route.body === undefined) return {};
  const json = { 'application/json': { schema: jsonSchema(route.body, 'input') } };
  const yaml = route.yaml === true ? { 'application/yaml': { schema: { type: 'string' } } } : {};
  const large = route.large === true ? { [largeJson]: json['application/json'] } : {};
  return { requestBody: { required: true, content: { ...json, ...yaml, ...large } } };
}

function success(route: Route): JsonSchema {
  if (route.answersYaml === true) {
    return { description: 'YAML', content: { 'application/yaml': { schema: { type: 'string' } } } };
  }
  if (route.output === undefined) return { description: 'Done' };
  return { description: 'Done', content: { 'application/json': { schema: jsonSchema(route.output, 'output') } } };
}

function securityOf(route: Route): JsonSchema[] {
  if (route.role === 'public') return [];
  return [{ portalSession: [] }, ...(route.personal === true ? [] : [{ apiToken: [] }])];
}

function operation(route: Route): JsonSchema {
  return {
    operationId: `${route.method} ${route.path}`.replaceAll(/[^a-zA-Z]+(.)?/g, (_, next?: string) =>
      (next ?? '').toUpperCase(),
    ),
    summary: route.summary,
    'x-role': route.role,
    security: securityOf(route),
    parameters: parameters(route),
    ...requestBody(route),
    responses: { [route.status ?? 200]: success(route), default: problem },
  };
}

/** The document of all routes, deterministic for one table. */
export function openApi(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Gatehouse admin portal', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: {
        portalSession: { type: 'apiKey', in: 'cookie', name: '__Host-gatehouse-portal' },
        apiToken: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}
