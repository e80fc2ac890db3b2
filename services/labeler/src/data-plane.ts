// The HTTP side that carries file bytes. Strangers get 401 whatever they ask for.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProtectionOrder } from './open-protection.handler.ts';
import type { ProtectResult } from './protect.handler.ts';
import type { Tickets } from './tickets.ts';

/** A silent peer may not keep a place. */
const idleMs = 30_000;

export type DataPlaneOptions = {
  readonly host: string;
  readonly port: number;
  readonly tickets: Tickets<ProtectionOrder>;
  readonly protect: (
    request: IncomingMessage,
    order: ProtectionOrder,
    response: ServerResponse,
  ) => Promise<ProtectResult>;
  readonly onDone: (result: ProtectResult, order: ProtectionOrder) => void;
  readonly onError: (error: unknown, order: ProtectionOrder) => void;
};

/** Resolves when it listens; `port` is the real one. */
export async function startDataPlane(options: DataPlaneOptions): Promise<{ port: number; server: Server }> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 10_000 }, (request, response) => {
    void handle(request, response, options);
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: DataPlaneOptions): Promise<void> {
  const order = redeem(request, options.tickets);
  if (!order) {
    response.writeHead(401, { connection: 'close' }).end();
    return;
  }
  try {
    const result = await options.protect(request, order, response);
    options.onDone(result, order);
    if (result.type === 'failed') problem(response, result.reason);
  } catch (error) {
    options.onError(error, order);
    // Half a container must not look like a whole one.
    if (response.headersSent) response.destroy();
    else problem(response, 'unavailable');
  } finally {
    options.tickets.release();
  }
}

function problem(response: ServerResponse, reason: string): void {
  const body = { type: 'about:blank', title: 'the file could not be protected', status: 422, reason };
  response
    .writeHead(422, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify(body));
}

function redeem(request: IncomingMessage, tickets: Tickets<ProtectionOrder>): ProtectionOrder | undefined {
  const id = /^\/protect\/([0-9a-f-]{36})$/.exec(request.url ?? '')?.[1];
  const token = /^Bearer ([A-Za-z0-9_-]{32,64})$/.exec(request.headers.authorization ?? '')?.[1];
  return request.method === 'POST' && id && token ? tickets.redeem(id, token) : undefined;
}
