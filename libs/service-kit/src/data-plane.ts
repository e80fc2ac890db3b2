// The HTTP side that carries file bytes: one POST for each lent place. Strangers get 401 whatever they ask for.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tickets } from './tickets.ts';

/** A silent peer may not keep a place. */
const idleMs = 30_000;

export type DataPlaneOptions<Order> = {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** First part of the path: `/<path>/<ticket id>`. */
  readonly path: string;
  readonly tickets: Pick<Tickets<Order>, 'redeem' | 'release' | 'clear'>;
  /** Reads the body and answers; handles its own errors. The place is free again afterwards. */
  readonly answer: (request: IncomingMessage, order: Order, response: ServerResponse) => Promise<void>;
};

export type DataPlane = {
  /** The real one. */
  readonly port: number;
  /** Withdraws unused tickets, finishes what is under way and closes. */
  stop(): Promise<void>;
};

/** Resolves when it listens. */
export async function startDataPlane<Order>(options: DataPlaneOptions<Order>): Promise<DataPlane> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 10_000 }, (request, response) => {
    void handle(request, response, options);
  });
  server.setTimeout(idleMs, (socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      options.tickets.clear();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
      });
    },
  };
}

async function handle<Order>(
  request: IncomingMessage,
  response: ServerResponse,
  options: DataPlaneOptions<Order>,
): Promise<void> {
  const order = redeem(request, options);
  if (order === undefined) {
    response.writeHead(401, { connection: 'close' }).end();
    return;
  }
  try {
    await options.answer(request, order, response);
  } finally {
    options.tickets.release();
  }
}

function redeem<Order>(request: IncomingMessage, { path, tickets }: DataPlaneOptions<Order>): Order | undefined {
  const [, first, id] = /^\/([a-z]+)\/([0-9a-f-]{36})$/.exec(request.url ?? '') ?? [];
  const token = /^Bearer ([A-Za-z0-9_-]{32,64})$/.exec(request.headers.authorization ?? '')?.[1];
  return request.method === 'POST' && first === path && id && token ? tickets.redeem(id, token) : undefined;
}
