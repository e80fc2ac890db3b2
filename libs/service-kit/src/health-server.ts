// /livez (process), /readyz (dependencies, draining), /metrics (Prometheus) on their own port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Health } from './tokens.ts';

export type HealthServer = Health & {
  readonly port: number;
  /** From now on /readyz answers 503, so that load balancers stop sending. */
  drain(): void;
  close(): Promise<void>;
};

/** Listens at once; `/readyz` is 503 until `started()` of all checks succeed. */
export async function startHealthServer(host: string, port: number, metrics: Registry): Promise<HealthServer> {
  const checks = new Map<string, () => Promise<void> | void>();
  let draining = false;
  const readiness = async (): Promise<{ ready: boolean; checks: Record<string, string> }> => {
    const results: Record<string, string> = draining ? { draining: 'the service is stopping' } : {};
    for (const [name, check] of checks) {
      results[name] = await Promise.resolve()
        .then(check)
        .then(() => 'ok')
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    }
    return { ready: !draining && Object.values(results).every((result) => result === 'ok'), checks: results };
  };
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    if (request.url === '/livez') return send(200, 'text/plain', 'ok');
    if (request.url === '/metrics') {
      return void metrics.metrics().then((text) => send(200, metrics.contentType, text));
    }
    if (request.url !== '/readyz') return send(404, 'text/plain', 'not found');
    return void readiness().then((state) => send(state.ready ? 200 : 503, 'application/json', JSON.stringify(state)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    register: (name, check) => void checks.set(name, check),
    drain() {
      draining = true;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
