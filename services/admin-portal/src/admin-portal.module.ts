// Wiring of the admin portal, readable top to bottom.
import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import { openAddressSources } from '@gatehouse/enforcement/address-sources';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { migrateDatabase, openDatabase } from '@gatehouse/postgres/database';
import { startRelay } from '@gatehouse/postgres/outbox';
import { CONFIG, HEALTH, type Health, LOG, type Log, MESSAGING } from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Express } from 'express';
import type { DataSource } from 'typeorm';
import { serveAlertLinks } from './alert-link.page.ts';
import { type CataloguePublisher, catalogueKey, cataloguePublisher } from './catalogue.publisher.ts';
import type { PortalConfig } from './config.ts';
import { issueFirstAdminLink } from './first-admin.ts';
import { migrations } from './migrations/list.ts';
import { catalogueVersion, readCatalogue } from './object.store.ts';
import { serveRoutes } from './router.ts';
import { routes } from './routes.ts';
import { applySeed, readSeed } from './seed.ts';
import { readTemplates } from './templates.ts';
import { serveWebApp, setSecurityHeaders } from './web.ts';

const reconcileEveryMs = 10_000;

@Module({})
export class AdminPortalModule implements OnModuleInit, OnApplicationShutdown {
  private readonly stopping: (() => unknown)[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: PortalConfig,
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** Before Nest adds its own 404, so that our routes come first. */
  async onModuleInit(): Promise<void> {
    const { config, log, messaging } = this;
    const db = await this.openDatabase();
    if (config.SEED_FILE !== undefined) {
      const applied = await applySeed(db, await readSeed(config.SEED_FILE), config.SUFFIX);
      log.info({ applied }, 'seed file read');
    }
    const publisher = await this.publisher(db);
    const app: Express = this.adapterHost.httpAdapter.getInstance();
    app.use(setSecurityHeaders);
    const addresses = await openAddressSources(config, log);
    this.stopping.unshift(() => addresses.stop());
    const templates = await readTemplates(config.TEMPLATES_DIR);
    serveRoutes(app, routes, { config, db, messaging, publisher, templates, addresses }, log);
    serveAlertLinks(app, messaging);
    serveWebApp(app, config.WEB_DIR);
    const origin = config.PUBLIC_ORIGINS[0] ?? '';
    await issueFirstAdminLink(db, { origin, file: config.FIRST_ADMIN_FILE }, log);
  }

  private async openDatabase(): Promise<DataSource> {
    const owned = { url: this.config.DATABASE_URL, schema: 'portal' };
    await migrateDatabase({ ...owned, migrations });
    const db = await openDatabase(owned);
    const relay = startRelay(db, this.messaging, this.log);
    this.stopping.push(
      () => relay.stop(),
      () => db.destroy(),
    );
    this.health.register('postgres', async () => {
      await db.query('SELECT 1');
    });
    return db;
  }

  private async publisher(db: DataSource): Promise<CataloguePublisher> {
    const bucket = await this.messaging.bucket(catalogueBucket);
    const publisher = cataloguePublisher({
      read: () => readCatalogue(db),
      version: () => catalogueVersion(db),
      put: async (catalogue) => {
        await bucket.put(catalogueKey, catalogue);
      },
      published: async () => await bucket.get(catalogueKey),
      failed: (error) => this.log.error({ err: error }, 'catalogue was not published, will be repeated'),
    });
    await publisher.publish();
    const timer = setInterval(() => void publisher.reconcile(), reconcileEveryMs);
    this.stopping.unshift(() => clearInterval(timer));
    return publisher;
  }

  async onApplicationShutdown(): Promise<void> {
    for (const stop of this.stopping) await stop();
  }
}
