// The labeler's data plane in a process of its own, so that its memory can be told from the client's.
import { generateKeyPairSync } from 'node:crypto';
import { labelSchema } from '@gatehouse/contracts/label';
import { startDataPlane } from '@gatehouse/service-kit/data-plane';
import { Tickets } from '@gatehouse/service-kit/tickets';
import { answerProtection } from '../../services/labeler/src/answer-protection.ts';
import { createLabelPool } from '../../services/labeler/src/label-pool.ts';
import type { ProtectionOrder } from '../../services/labeler/src/open-protection.handler.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const label = labelSchema.parse({
  ...{ id: '22222222-0000-4000-8000-000000000002', siteId: site, name: 'Secret', priority: 20 },
  protection: { permissions: [{ principal: { type: 'anyUser' }, rights: ['view'] }] },
});
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const key = {
  kid: 'k',
  algorithm: 'rsa:2048' as const,
  pem,
  url: 'https://keys.example',
  viewerUrl: 'https://keys.example/open',
};

const pool = createLabelPool({ size: 1, killMs: 20_000, heapMb: 192, onLost: () => undefined });
await pool.ready;
const tickets = new Tickets<ProtectionOrder>(4);
const { port } = await startDataPlane({
  ...{ host: '127.0.0.1', port: 0, path: 'protect', tickets },
  answer: (request, order, response) =>
    answerProtection(
      request,
      order,
      response,
      {
        pool,
        ranks: () => ({ sites: new Set([site]), priorities: new Map([[label.id, 20]]) }),
        currentKey: async () => key,
        register: async () => undefined,
        now: () => new Date(),
        spool: { maxBytes: 1024 * 2 ** 20, memoryBytes: 4 * 2 ** 20, folder: undefined },
        ...{ wrapper: 'auto' as const, htmlMaxBytes: 25 * 2 ** 20, signingKey: undefined },
      },
      { onDone: () => undefined, onError: (error) => console.error(error) },
    ),
});
let base = 0;
let peak = 0;
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
process.on('message', (message) => {
  if (message === 'ticket') {
    const request = { decisionId: '3', fileName: 'a.docx', label: label.name, user: 'kim', app: 'files' };
    const ticket = tickets.issue({
      request,
      label,
      protection: label.protection as NonNullable<typeof label.protection>,
    });
    process.send?.({ type: 'ticket', ...ticket });
  } else if (message === 'reset') {
    base = process.memoryUsage.rss();
    peak = base;
    process.send?.({ type: 'rss', growth: 0 });
  } else process.send?.({ type: 'rss', growth: (peak - base) / 2 ** 20 });
});
process.send?.({ type: 'ready', port });
