// One running scanner: worker pool, places, data plane and the question that lends a place.
import { type InspectionResult, inspectionOpen } from '@gatehouse/contracts/inspection';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { startDataPlane } from '@gatehouse/service-kit/data-plane';
import { Tickets } from '@gatehouse/service-kit/tickets';
import { type InspectSettings, inspectBody } from './inspect.handler.ts';
import { type OpenInput, openInspection } from './open-inspection.handler.ts';
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
  const tickets = new Tickets<OpenInput>(options.pool.size + options.waiting);
  let stopping = false;
  const plane = await startDataPlane({
    host: options.listen.host,
    port: options.listen.port,
    path: 'inspect',
    tickets,
    async answer(request, order, response) {
      try {
        const result = await inspectBody(request, order, pool, options.inspect);
        options.onDone(result, order);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      } catch (error) {
        options.onError(error, order);
        if (!response.headersSent) response.writeHead(500, { connection: 'close' });
        response.end();
      }
    },
  });
  const dataUrl = (options.listen.publicUrl ?? `http://${options.listen.host}:${plane.port}`).replace(/\/+$/, '');
  options.messaging.serve(inspectionOpen, (input) =>
    openInspection(input, tickets, dataUrl, () => !stopping && options.hasRoom()),
  );
  return {
    dataUrl,
    free: () => tickets.free(),
    alive: () => pool.alive(),
    async stop() {
      stopping = true;
      await plane.stop();
      await pool.close();
    },
  };
}
