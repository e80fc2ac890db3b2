// A portal on real Postgres and NATS, and a browser-like client for it.
import type { AddressInfo } from 'node:net';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { CONFIG, HEALTH, LOG, MESSAGING } from '@gatehouse/service-kit/tokens';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AdminPortalModule } from '../src/admin-portal.module.ts';
import { migrations } from '../src/migrations/list.ts';

export const origin = 'https://portal.gatehouse.localhost';
export const password = 'correct horse battery';

@Module({})
class Platform {
  static with(values: ReadonlyMap<unknown, unknown>): DynamicModule {
    const providers = [...values].map(([provide, useValue]) => ({ provide: provide as string, useValue }));
    return { module: Platform, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

@Module({})
class Root {
  static of(imports: DynamicModule[]): DynamicModule {
    return { module: Root, imports: [...imports, AdminPortalModule] };
  }
}

export type TestPortal = {
  readonly url: string;
  readonly messaging: Messaging;
  /** Lines the portal logged. */
  readonly log: string[];
  readonly restart: (settings?: Record<string, string>) => Promise<string>;
  readonly stop: () => Promise<void>;
};

function recordingLog(lines: string[]) {
  const write = (...parts: unknown[]) =>
    lines.push(parts.map((part) => (part instanceof Object ? JSON.stringify(part) : String(part))).join(' '));
  return { info: write, warn: write, error: write, debug: write };
}

async function startApp(config: object, messaging: Messaging, lines: string[]) {
  const values = new Map<unknown, unknown>([
    [CONFIG, config],
    [LOG, recordingLog(lines)],
    [MESSAGING, messaging],
    [HEALTH, { register: () => undefined }],
  ]);
  const app = await NestFactory.create(Root.of([Platform.with(values)]), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { app, url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}` };
}

export async function startPortal(settings: Record<string, string> = {}): Promise<TestPortal> {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const database = await postgres.database('portal', migrations);
  const messaging = await connect({ url: nats.url, name: 'admin-portal' });
  const log: string[] = [];
  const configOf = (more: Record<string, string>) => ({
    DATABASE_URL: database.url,
    PUBLIC_ORIGINS: [origin],
    SUFFIX: 'gatehouse.localhost',
    WEB_DIR: new URL('./web', import.meta.url).pathname,
    TEMPLATES_DIR: new URL('../../../examples/policies', import.meta.url).pathname,
    ...settings,
    ...more,
  });
  let running = await startApp(configOf({}), messaging, log);
  return {
    url: running.url,
    messaging,
    log,
    async restart(more = {}) {
      await running.app.close();
      running = await startApp(configOf(more), messaging, log);
      return running.url;
    },
    async stop() {
      await running.app.close();
      await messaging.close();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}

export function setupToken(log: readonly string[]): string {
  const token = /\/setup\?token=([\w-]+)/.exec(log.findLast((line) => line.includes('first admin: ')) ?? '')?.[1];
  if (token === undefined) throw new Error('no link in the log');
  return token;
}

// biome-ignore lint/suspicious/noExplicitAny: tests read many answers; each expectation states the shape.
export type Reply = { status: number; headers: Headers; body: any; text: string };

export type Client = {
  readonly send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;
  readonly state: { cookie: string; csrf: string };
};

export function clientOf(url: string): Client {
  const state = { cookie: '', csrf: '' };
  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const yaml = headers['content-type'] !== undefined;
    const response = await fetch(
      path.startsWith('/api') || path.startsWith('//') ? url + path : `${url}/api/v1${path}`,
      {
        method,
        headers: {
          origin,
          cookie: state.cookie,
          'x-csrf-token': state.csrf,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: yaml ? String(body) : JSON.stringify(body) }),
      },
    );
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const parsed = json && text !== '' ? JSON.parse(text) : undefined;
    const cookie = response.headers.get('set-cookie');
    if (cookie !== null) state.cookie = cookie.split(';')[0] ?? '';
    if (parsed?.csrfToken !== undefined) state.csrf = parsed.csrfToken;
    return { status: response.status, headers: response.headers, body: parsed, text };
  }
  return { send, state };
}

/** Signs in the first administrator of a fresh portal. */
export async function firstAdmin(portal: TestPortal): Promise<Client> {
  const client = clientOf(portal.url);
  const reply = await client.send('POST', '/setup', {
    token: setupToken(portal.log),
    email: 'ada@example.com',
    password,
  });
  if (reply.status !== 201) throw new Error(reply.text);
  return client;
}

export async function signInAs(portal: TestPortal, admin: Client, role: string): Promise<Client> {
  const email = `${role}@example.com`;
  await admin.send('POST', '/admins', { email, password, role });
  const client = clientOf(portal.url);
  const reply = await client.send('POST', '/login', { email, password });
  if (reply.status !== 200) throw new Error(reply.text);
  return client;
}
