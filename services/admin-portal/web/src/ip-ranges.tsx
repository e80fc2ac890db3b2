// Named address ranges.

import type { IpRange } from '@gatehouse/contracts/catalogue';
import { Anchor, Button, Text } from '@mantine/core';
import { IpLookup } from './ip-lookup.tsx';
import { ObjectTable } from './object-table.tsx';
import { Link, navigate } from './router.tsx';
import { Screen } from './screen.tsx';

export function IpRanges() {
  const create = <Button onClick={() => navigate('/ip-ranges/new')}>New IP range</Button>;
  return (
    <Screen title="IP ranges" actions={create}>
      <ObjectTable<IpRange>
        collection="ip-ranges"
        heads={['IP range', 'Ranges', 'Category', 'Tags', 'Internet provider', 'Country']}
        cells={(range) => [
          <Link key="name" to={`/ip-ranges/${range.id}`}>
            {range.name}
          </Link>,
          range.cidrs.join(', '),
          range.category,
          range.tags.join(', '),
          range.isp ?? '',
          range.country ?? '',
        ]}
        empty="No IP ranges yet. Add your office so that policies can tell it from the rest."
        create={create}
      />
      <IpLookup />
      <Text size="xs">
        <Anchor href="https://db-ip.com" target="_blank" rel="noreferrer">
          IP Geolocation by DB-IP
        </Anchor>
      </Text>
    </Screen>
  );
}
