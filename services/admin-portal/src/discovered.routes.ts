// Hosts that edges saw an app lead to and that are in no domain list. Adding one is a change of the app.
import { discoveredDomainSchema, discoveredDomainsBucket } from '@gatehouse/contracts/catalogue';
import { z } from 'zod';
import { getObject, listObjects } from './object.store.ts';
import { route } from './route.ts';

const most = 500;

const discoveredDomains = route(
  {
    method: 'get',
    path: '/apps/:id/discovered-domains',
    summary: 'Hosts an app led to that are in no domain list, last seen first',
    role: 'reader',
    output: z.object({ domains: z.array(discoveredDomainSchema) }),
  },
  async ({ portal, params }) => {
    const { value: app } = await getObject(portal.db, 'apps', params.id ?? '');
    const apps = await listObjects(portal.db, 'apps');
    const mapped = new Set(apps.flatMap(({ value }) => value.domains.map(({ host }) => host)));
    const bucket = await portal.messaging.bucket(discoveredDomainsBucket);
    const found = await bucket.list(`${app.id}.`);
    const domains = found
      .filter((each) => each.app === app.id && !mapped.has(each.host))
      .sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1))
      .slice(0, most);
    return { body: { domains } };
  },
);

export const discoveredRoutes = [discoveredDomains];
