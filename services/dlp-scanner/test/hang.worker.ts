// A worker that misbehaves as the file tells it to.
import { parentPort } from 'node:worker_threads';
import type { WorkerTask } from '../src/inspect.worker.ts';

parentPort?.on('message', ({ id, bytes }: WorkerTask) => {
  const order = new TextDecoder().decode(bytes);
  const report = { outcome: { status: 'complete' }, detectedType: 'text/plain', matches: [], findings: [] };
  if (order === 'hang') {
    parentPort?.postMessage({ type: 'progress', id, report: { ...report, detectedType: 'text/progress' } });
    for (;;);
  }
  if (order === 'throw') throw new Error('surprise');
  if (order === 'exit') process.exit(3);
  if (order === 'memory') {
    const hoard: unknown[] = [];
    for (;;) hoard.push(new Array(1_000).fill(Math.random()));
  }
  parentPort?.postMessage({ type: 'done', id, report });
});
parentPort?.postMessage({ type: 'ready' });
