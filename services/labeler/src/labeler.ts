// One running labeler: threads, places, data plane and the question that lends a place.
import { fileProtected } from '@gatehouse/contracts/files';
import { protectionOpen } from '@gatehouse/contracts/inspection';
import { keyCurrent } from '@gatehouse/contracts/protected-file';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { type DataPlaneOptions, startDataPlane } from './data-plane.ts';
import { followLabels } from './label-catalogue.ts';
import { LabelPool, type LabelPoolOptions } from './label-pool.ts';
import { openProtection, type ProtectionOrder } from './open-protection.handler.ts';
import { type ProtectTools, protectBody } from './protect.handler.ts';
import type { CurrentKey } from './seal.ts';
import { Tickets } from './tickets.ts';

const keyFreshMs = 30_000;

export type LabelerOptions = Pick<DataPlaneOptions, 'onDone' | 'onError'> &
  Pick<ProtectTools, 'spool' | 'wrapper' | 'htmlMaxBytes' | 'signingKey'> & {
    readonly messaging: Pick<Messaging, 'serve' | 'request' | 'publish' | 'bucket'>;
    readonly listen: { readonly host: string; readonly port: number; readonly publicUrl: string | undefined };
    readonly pool: LabelPoolOptions;
    readonly waiting: number;
    readonly onRefused: (refusal: { decisionId: string; label: string; reason: string }) => void;
  };

export type Labeler = { readonly dataUrl: string; free(): number; alive(): number; stop(): Promise<void> };

/** Resolves when protections can be opened. */
export async function startLabeler(options: LabelerOptions): Promise<Labeler> {
  const { messaging, listen } = options;
  const catalogue = await followLabels(messaging);
  const pool = new LabelPool(options.pool);
  await pool.ready;
  const tickets = new Tickets<ProtectionOrder>(options.pool.size + options.waiting);
  let stopping = false;
  const tools: ProtectTools = {
    ...options,
    pool,
    ranks: catalogue.ranks,
    currentKey: keyCache(messaging),
    register: (event) => messaging.publish(fileProtected, event),
    now: () => new Date(),
  };
  const { port, server } = await startDataPlane({
    host: listen.host,
    port: listen.port,
    tickets,
    protect: (request, order, response) => protectBody(request, order, response, tools),
    onDone: options.onDone,
    onError: options.onError,
  });
  const dataUrl = (listen.publicUrl ?? `http://${listen.host}:${port}`).replace(/\/+$/, '');
  messaging.serve(protectionOpen, async (input) => {
    const answer = openProtection(input, { labels: catalogue.labels, tickets, dataUrl, hasRoom: () => !stopping });
    if (answer.type === 'refused')
      options.onRefused({ decisionId: input.decisionId, label: input.label, reason: answer.reason });
    return answer;
  });
  return {
    dataUrl,
    free: () => tickets.free(),
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

/** Asks at most every 30 s; old keys stay usable for opening, so a rotation needs no more haste. */
function keyCache(messaging: Pick<Messaging, 'request'>): () => Promise<CurrentKey> {
  let known: { readonly key: CurrentKey; readonly until: number } | undefined;
  return async () => {
    if (known && known.until > Date.now()) return known.key;
    const key = await messaging.request(keyCurrent, {});
    known = { key, until: Date.now() + keyFreshMs };
    return key;
  };
}
