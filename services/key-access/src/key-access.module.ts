import { openAddressSources } from '@gatehouse/enforcement/address-sources';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import { CONFIG, HEALTH, type Health, LOG, type Log, MESSAGING } from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { followAccessPolicies } from './access-policy.client.ts';
import type { KeyAccessConfig } from './config.ts';
import { DiscoveryHandler } from './discovery.handler.ts';
import { HomeHandler } from './home.handler.ts';
import { KEY_ACCESS, type KeyAccess, startKeyAccess } from './key-access.ts';
import { PageHandler } from './page.handler.ts';
import { RewrapHandler } from './rewrap.handler.ts';
import { SignInHandler } from './sign-in.handler.ts';
import { issuerKeys } from './token-keys.client.ts';
import { ViewerHandler } from './viewer.handler.ts';

const DATABASE = Symbol('DATABASE');

async function create(config: KeyAccessConfig, messaging: Messaging, log: Log, source: DataSource): Promise<KeyAccess> {
  const issuer = config.TOKEN_ISSUER;
  if (!config.KEYS_SEAL_SECRET) log.warn('KEYS_SEAL_SECRET is not set: no file can be protected or opened');
  return startKeyAccess({
    source,
    messaging,
    policies: await followAccessPolicies(messaging, await openAddressSources(config, log), log),
    log,
    origin: config.PUBLIC_URL,
    sealSecret: config.KEYS_SEAL_SECRET,
    tokens: issuer
      ? { issuer, audience: config.TOKEN_AUDIENCE, keys: issuerKeys(issuer, config.ALLOW_LOCALHOST) }
      : undefined,
    interopClients: config.INTEROP_CLIENTS,
  });
}

@Module({
  controllers: [HomeHandler, DiscoveryHandler, RewrapHandler, PageHandler, SignInHandler, ViewerHandler],
  providers: [
    {
      provide: DATABASE,
      inject: [CONFIG],
      useFactory: (config: KeyAccessConfig) => openDatabase({ url: config.DATABASE_URL, schema: 'keys', poolSize: 8 }),
    },
    { provide: KEY_ACCESS, inject: [CONFIG, MESSAGING, LOG, DATABASE], useFactory: create },
  ],
})
export class KeyAccessModule implements OnApplicationShutdown {
  constructor(
    @Inject(HEALTH) health: Health,
    @Inject(DATABASE) private readonly source: DataSource,
    @Inject(KEY_ACCESS) private readonly access: KeyAccess,
  ) {
    health.register('postgres', async () => {
      await source.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.access.stop();
    await this.source.destroy();
  }
}
