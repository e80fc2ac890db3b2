// What-if, and the words the policy editor offers.

import { randomUUID } from 'node:crypto';
import { contextSchema, decisionAnswerSchema, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { types } from '@gatehouse/dlp/information-types/all';
import { createIpFacts } from '@gatehouse/facts/ip-facts';
import { criteria } from '@gatehouse/policy/criteria/all';
import { placeholders } from '@gatehouse/policy/placeholders';
import { z } from 'zod';
import { listObjects } from './object.store.ts';
import { type Call, route } from './route.ts';
import { ask } from './service.client.ts';

const whatIfSchema = decisionRequestSchema.omit({ decisionId: true, context: true }).extend({
  context: contextSchema.partial().extend({ ip: z.string() }),
});

/** Facts that the admin left open are computed as the edge would compute them. */
async function asRequest(call: Call, asked: z.infer<typeof whatIfSchema>) {
  const ranges = (await listObjects(call.portal.db, 'ip-ranges')).map(({ value }) => value);
  const { ipCategory, ipTags, isp, country } = createIpFacts(ranges, call.portal.addresses)(asked.context.ip);
  const facts = { ipCategory, ipTags: [...ipTags], isp, country, time: new Date().toISOString() };
  const stated = Object.fromEntries(Object.entries(asked.context).filter(([, value]) => value !== undefined));
  return decisionRequestSchema.parse({ ...asked, decisionId: randomUUID(), context: { ...facts, ...stated } });
}

const whatIf = route(
  {
    method: 'post',
    path: '/what-if',
    summary: 'Which policies would hit, and which one would win',
    role: 'reader',
    body: z.strictObject({ request: whatIfSchema, draft: z.unknown().optional() }),
    output: decisionAnswerSchema,
  },
  async (call) => {
    const request = await asRequest(call, call.body.request);
    const { draft } = call.body;
    const input = draft === undefined ? { request } : { request, draft };
    return { body: await ask(call.portal.messaging, 'policy-decision', decisionPreview, input) };
  },
);

const named = z.object({ id: z.string(), name: z.string() });

const vocabulary = route(
  {
    method: 'get',
    path: '/vocabulary',
    summary: 'Fields, operators and values that policies can use',
    role: 'reader',
    output: z.object({
      fields: z.array(
        z.object({
          field: z.string(),
          operators: z.array(z.string()),
          values: z.array(z.string()).optional(),
          hint: z.string(),
          accessPolicy: z.boolean(),
        }),
      ),
      contentTypes: z.array(named),
      labels: z.array(named),
      placeholders: z.array(z.string()),
    }),
  },
  async () => {
    const fields = criteria.map(({ field, operators, values, permitted, part }) => ({
      field,
      operators,
      ...(permitted === undefined ? {} : { values: permitted }),
      hint: values,
      accessPolicy: part === 'activity',
    }));
    const contentTypes = types.map(({ id, name }) => ({ id, name }));
    return { body: { fields, contentTypes, labels: [], placeholders } };
  },
);

export const previewRoutes = [whatIf, vocabulary];
