import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InspectionOrder } from '../src/inspection.ts';
import { createPool, type WorkerPool } from '../src/worker-pool.ts';

const order: InspectionOrder = {
  types: [],
  source: 'content',
  readLabel: false,
  limits: { characters: 1, inflatedBytes: 1 },
  softStopAt: 0,
};

describe('worker pool', () => {
  const lost: string[] = [];
  let pool: WorkerPool;
  const run = (text: string) => pool.run(new TextEncoder().encode(text).buffer, order);

  beforeAll(() => {
    pool = createPool({
      size: 1,
      killMs: 4_000,
      heapMb: 64,
      onLost: (cause) => lost.push(cause),
      script: new URL('./hang.worker.ts', import.meta.url),
    });
  });
  afterAll(() => pool.close());

  it('answers', async () => {
    expect((await run('fine')).outcome).toEqual({ status: 'complete' });
  });

  it('kills what hangs, keeps what it had reported, and goes on', async () => {
    expect(await run('hang')).toMatchObject({
      outcome: { status: 'timeout', stage: 'killed' },
      detectedType: 'text/progress',
    });
    expect((await run('fine')).outcome).toEqual({ status: 'complete' });
  });

  it.each([
    ['throw', { status: 'timeout', stage: 'crashed' }],
    ['exit', { status: 'timeout', stage: 'crashed' }],
    ['memory', { status: 'tooLarge', limit: 'memory' }],
  ])('outlives a worker that ends by %s', async (cause, outcome) => {
    const [broken, after] = await Promise.all([run(cause), run('fine')]);
    expect(broken.outcome).toEqual(outcome);
    expect(after.outcome).toEqual({ status: 'complete' });
  });

  it('told of every loss', () => {
    expect(lost).toHaveLength(4);
  });
});
