// One running labeler: threads, places, data plane and the question that lends a place.
import { fileProtected } from '@gatehouse/contracts/files';
import { protectionOpen } from '@gatehouse/contracts/inspection';
import { keyCurrent } from '@gatehouse/contracts/protected-file';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { startDataPlane } from '@gatehouse/service-kit/data-plane';
import { Tickets } from '@gatehouse/service-kit/tickets';
import { answerProtection, type ProtectReports } from './answer-protection.ts';
import { followLabels } from './label-catalogue.ts';
import { createLabelPool, type LabelPoolOptions } from './label-pool.ts';
import { openProtection, type ProtectionOrder } from './open-protection.handler.ts';
import type { ProtectTools } from './protect.handler.ts';
import type { CurrentKey } from './seal.ts';

const keyFreshMs = 30_000;

export type LabelerOptions = ProtectReports &
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
  const pool = createLabelPool(options.pool);
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
  const plane = await startDataPlane<ProtectionOrder>({
    host: listen.host,
    port: listen.port,
    path: 'protect',
    tickets,
    answer: (request, order, response) => answerProtection(request, order, response, tools, options),
  });
  const dataUrl = (listen.publicUrl ?? `http://${listen.host}:${plane.port}`).replace(/\/+$/, '');
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
      await plane.stop();
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
