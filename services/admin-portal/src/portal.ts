// What every route works with, put together in the module.
import type { AddressSources } from '@gatehouse/facts/ip-facts';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { DataSource } from 'typeorm';
import type { CataloguePublisher } from './catalogue.publisher.ts';
import type { PortalConfig } from './config.ts';
import type { Template } from './templates.ts';

export type Portal = {
  readonly config: Pick<PortalConfig, 'PUBLIC_ORIGINS' | 'SUFFIX' | 'WEB_DIR' | 'FIRST_ADMIN_FILE'>;
  readonly db: DataSource;
  readonly messaging: Messaging;
  readonly addresses: AddressSources;
  readonly templates: readonly Template[];
  readonly publisher: Pick<CataloguePublisher, 'publish'>;
};
