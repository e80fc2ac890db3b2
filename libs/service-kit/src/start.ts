// Starts a service: config, log, NATS, health, metrics, the Nest module; drains on SIGTERM and SIGINT.
import 'reflect-metadata';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { type DynamicModule, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { type BaseConfig, type ConfigDefinition, ConfigError } from './config.ts';
import { type HealthServer, startHealthServer } from './health-server.ts';
import { createLog } from './log.ts';
import { CONFIG, HEALTH, LOG, type Log, MESSAGING, METRICS } from './tokens.ts';

/** Exit status of a wrong configuration (sysexits EX_CONFIG): a supervisor must not restart into it. */
const configExitCode = 78;
const drainDeadlineMs = 30_000;

@Module({})
class PlatformModule {}

type Platform = {
  readonly config: BaseConfig & { readonly PORT?: number };
  readonly log: Log;
  readonly messaging: Messaging;
  readonly health: HealthServer;
  readonly metrics: Registry;
};

/** Runs `module` until a signal. `http: true` serves its controllers on LISTEN_HOST:PORT. */
export async function start(
  module: Type | DynamicModule,
  definition: ConfigDefinition,
  options: { readonly http?: boolean } = {},
): Promise<void> {
  const config = parseOrExit(definition) as Platform['config'];
  const log = createLog(definition.service, config.LOG_LEVEL);
  process.on('unhandledRejection', (error) => log.error({ error }, 'unhandled rejection'));
  try {
    const platform = await startPlatform(definition.service, config, log);
    const app = await startModule(module, platform, options.http ?? false);
    log.info({ healthPort: platform.health.port, port: config.PORT }, 'ready');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(app, platform));
  } catch (error) {
    log.fatal({ error }, 'could not start');
    process.exit(1);
  }
}

function parseOrExit(definition: ConfigDefinition) {
  try {
    return definition.parse(readEnvironment());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}

function readEnvironment(): NodeJS.ProcessEnv {
  // biome-ignore lint/style/noProcessEnv: the one place where a service's environment enters its config
  return process.env;
}

async function startPlatform(service: string, config: BaseConfig, log: Log): Promise<Platform> {
  const metrics = new Registry();
  metrics.setDefaultLabels({ service });
  collectDefaultMetrics({ register: metrics });
  const health = await startHealthServer(config.LISTEN_HOST, config.HEALTH_PORT, metrics);
  health.register('startup', () => {
    throw new Error('starting');
  });
  const messaging = await connect({
    url: config.NATS_URL,
    name: service,
    user: config.NATS_USER,
    password: config.NATS_PASSWORD,
    log,
  });
  health.register('nats', () => {
    if (!messaging.connected()) throw new Error('not connected to NATS');
  });
  return { config, log, messaging, health, metrics };
}

function platformModule(platform: Platform): DynamicModule {
  const providers = [
    { provide: CONFIG, useValue: platform.config },
    { provide: LOG, useValue: platform.log },
    { provide: MESSAGING, useValue: platform.messaging },
    { provide: HEALTH, useValue: platform.health },
    { provide: METRICS, useValue: platform.metrics },
  ];
  return { module: PlatformModule, global: true, providers, exports: providers };
}

async function startModule(
  module: Type | DynamicModule,
  platform: Platform,
  http: boolean,
): Promise<INestApplicationContext> {
  const root: DynamicModule = { module: class RootModule {}, imports: [platformModule(platform), module as Type] };
  const settings = { logger: ['error', 'warn'] as ('error' | 'warn')[], abortOnError: false };
  if (!http) {
    const context = await NestFactory.createApplicationContext(root, settings);
    platform.health.register('startup', () => undefined);
    return context;
  }
  const app = await NestFactory.create<NestExpressApplication>(root, settings);
  app.disable('x-powered-by');
  app.set('trust proxy', false);
  await app.listen(platform.config.PORT ?? 0, platform.config.LISTEN_HOST);
  platform.health.register('startup', () => undefined);
  return app;
}

async function stop(app: INestApplicationContext, platform: Platform): Promise<void> {
  platform.log.info('draining');
  platform.health.drain();
  setTimeout(() => process.exit(1), drainDeadlineMs).unref();
  try {
    // Whoever hands out work goes first: nothing may arrive for a module that has closed what it needs.
    await platform.messaging.stopServing();
    await app.close();
    await platform.messaging.close();
    await platform.health.close();
  } catch (error) {
    platform.log.warn({ error }, 'drain was not clean');
  }
  process.exit(0);
}
