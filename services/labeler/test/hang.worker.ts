// A labelling thread that takes a file and never answers.
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => {
  for (;;);
});
parentPort?.postMessage({ type: 'ready' });
