// Thread entry: one file at a time, nothing kept between files but code.
import { parentPort } from 'node:worker_threads';
import { type InspectionOrder, type InspectionReport, inspect } from './inspection.ts';
import { readLabel } from './label-reading.ts';
import { loadPdfium, pdfText } from './pdfium.ts';

export type WorkerTask = { readonly id: number; readonly bytes: ArrayBuffer; readonly order: InspectionOrder };
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'progress' | 'done'; readonly id: number; readonly report: InspectionReport };

const port = parentPort;
if (port === null) throw new Error('inspect.worker runs as a worker thread only');
const send = (message: WorkerMessage) => port.postMessage(message);

port.on('message', async ({ id, bytes, order }: WorkerTask) => {
  const file = new Uint8Array(bytes);
  const report = await inspect(file, order, {
    now: Date.now,
    pdfText,
    readLabel,
    onProgress: (progress) => send({ type: 'progress', id, report: progress }),
  });
  file.fill(0);
  send({ type: 'done', id, report });
});
// A worker that cannot read PDF must not start: it would call every PDF broken.
await loadPdfium();
send({ type: 'ready' });
