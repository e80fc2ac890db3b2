// One running scanner: worker pool, places, data plane and the question that lends a place.
import { type InspectionResult, inspectionOpen } from '@gatehouse/contracts/inspection';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { startDataPlane } from './data-plane.ts';
import { type InspectSettings, inspectBody } from './inspect.handler.ts';
import { type OpenInput, openInspection } from './open-inspection.handler.ts';
import { createTickets } from './ticket.store.ts';
import { createPool, type PoolOptions } from './worker-pool.ts';

export type ScannerOptions = {
  readonly messaging: Pick<Messaging, 'serve'>;
  readonly listen: { readonly host: string; readonly port: number; readonly publicUrl: string | undefined };
  readonly pool: PoolOptions;
  readonly waiting: number;
  readonly inspect: InspectSettings;
  readonly hasRoom: () => boolean;
  readonly onDone: (result: InspectionResult, order: OpenInput) => void;
  readonly onError: (error: unknown, order: OpenInput) => void;
};

export type Scanner = {
  readonly dataUrl: string;
  readonly free: () => number;
  /** Worker threads that have started. */
  readonly alive: () => number;
  /** Files under way are finished; no new ones are taken. */
  stop(): Promise<void>;
};

/** Resolves when inspections can be opened. */
export async function startScanner(options: ScannerOptions): Promise<Scanner> {
  const pool = createPool(options.pool);
  const tickets = createTickets<OpenInput>(options.pool.size + options.waiting);
  let stopping = false;
  const { port, server } = await startDataPlane({
    host: options.listen.host,
    port: options.listen.port,
    tickets,
    inspect: (request, order) => inspectBody(request, order, pool, options.inspect),
    onDone: options.onDone,
    onError: options.onError,
  });
  const dataUrl = (options.listen.publicUrl ?? `http://${options.listen.host}:${port}`).replace(/\/+$/, '');
  options.messaging.serve(inspectionOpen, (input) =>
    openInspection(input, tickets, dataUrl, () => !stopping && options.hasRoom()),
  );
  return {
    dataUrl,
    free: tickets.free,
    alive: () => pool.alive(),
    async stop() {
      stopping = true;
      tickets.clear();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
      });
      await pool.close();
    },
  };
}
