import { openDatabase } from '@gatehouse/postgres/database';
import { CONFIG, HEALTH, type Health } from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { KeyAccessConfig } from './config.ts';
import { HomeHandler } from './home.handler.ts';
import { RewrapHandler } from './rewrap.handler.ts';

@Module({ controllers: [HomeHandler, RewrapHandler] })
export class KeyAccessModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private dataSource: DataSource | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: KeyAccessConfig,
    @Inject(HEALTH) private readonly health: Health,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const dataSource = await openDatabase({ url: this.config.DATABASE_URL, schema: 'keys', poolSize: 2 });
    this.dataSource = dataSource;
    this.health.register('postgres', async () => {
      await dataSource.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource?.destroy();
  }
}
