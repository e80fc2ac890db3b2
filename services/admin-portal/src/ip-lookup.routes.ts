// What Gatehouse knows about one address, as edges and sign-in would see it, and which range says so.
import { normalAddress } from '@gatehouse/facts/ip-address';
import { createIpFacts } from '@gatehouse/facts/ip-facts';
import { z } from 'zod';
import { listObjects } from './object.store.ts';
import { route } from './route.ts';

const address = z
  .string()
  .transform((text) => normalAddress(text.trim()))
  .refine((parsed) => parsed !== undefined, 'must be an IPv4 or IPv6 address, like 10.1.0.5');

const lookup = route(
  {
    method: 'get',
    path: '/ip-lookup',
    summary: 'Category, tags, provider and country of an address',
    role: 'reader',
    query: z.strictObject({ address }),
    output: z.object({
      address: z.string(),
      range: z.object({ id: z.string(), name: z.string() }).optional(),
      category: z.string().optional(),
      tags: z.array(z.string()),
      isp: z.string().optional(),
      country: z.string().optional(),
    }),
  },
  async ({ portal, query }) => {
    const ip = query.address ?? '';
    const ranges = (await listObjects(portal.db, 'ip-ranges')).map(({ value }) => value);
    const { ipCategory, ipTags, isp, country } = createIpFacts(ranges, portal.addresses)(ip);
    const around = ranges.find((range) => createIpFacts([range], () => undefined)(ip).ipCategory !== undefined);
    return {
      body: {
        address: ip,
        ...(around && { range: { id: around.id, name: around.name } }),
        ...(ipCategory && { category: ipCategory }),
        tags: ipTags,
        ...(isp && { isp }),
        ...(country && { country }),
      },
    };
  },
);

export const ipLookupRoutes = [lookup];
