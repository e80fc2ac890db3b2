// The HTTP side that carries file bytes. Strangers get 401 whatever they ask for.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InspectionResult } from '@gatehouse/contracts/inspection';
import type { OpenInput } from './open-inspection.handler.ts';
import type { TicketStore } from './ticket.store.ts';

/** A silent peer may not keep a place. */
const IDLE_MS = 30_000;

export type DataPlaneOptions = {
  readonly host: string;
  readonly port: number;
  readonly tickets: TicketStore<OpenInput>;
  readonly inspect: (request: IncomingMessage, order: OpenInput) => Promise<InspectionResult>;
  readonly onDone: (result: InspectionResult, order: OpenInput) => void;
  readonly onError: (error: unknown, order: OpenInput) => void;
};

/** Resolves when it listens; `port` is the real one. */
export async function startDataPlane(options: DataPlaneOptions): Promise<{ port: number; server: Server }> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 10_000 }, (request, response) => {
    void handle(request, response, options);
  });
  server.setTimeout(IDLE_MS, (socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, server };
}

async function handle(request: IncomingMessage, response: ServerResponse, options: DataPlaneOptions): Promise<void> {
  const order = redeem(request, options.tickets);
  if (order === undefined) {
    response.writeHead(401, { connection: 'close' }).end();
    return;
  }
  try {
    const result = await options.inspect(request, order);
    options.onDone(result, order);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  } catch (error) {
    options.onError(error, order);
    if (!response.headersSent) response.writeHead(500, { connection: 'close' });
    response.end();
  } finally {
    options.tickets.release();
  }
}

function redeem(request: IncomingMessage, tickets: TicketStore<OpenInput>): OpenInput | undefined {
  const id = /^\/inspect\/([0-9a-f-]{36})$/.exec(request.url ?? '')?.[1];
  const token = /^Bearer ([A-Za-z0-9_-]{32,64})$/.exec(request.headers.authorization ?? '')?.[1];
  return request.method === 'POST' && id !== undefined && token !== undefined ? tickets.redeem(id, token) : undefined;
}
