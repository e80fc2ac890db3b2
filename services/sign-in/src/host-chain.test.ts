import { expect, test } from 'vitest';
import { chainOf, type NextHost } from './host-chain.ts';

async function walk(count: number) {
  const hosts = Array.from({ length: count }, (_, at) => ({ host: `h${at}` }));
  const stored = new Map<string, NextHost | undefined>();
  let step: NextHost | undefined = {
    ...(await chainOf(hosts, async ({ host }, next) => {
      stored.set(`code of ${host}`, next);
      return `code of ${host}`;
    })),
    pause: false,
  };
  const visited: string[] = [];
  const rows = [0];
  while (step) {
    visited.push(step.host);
    if (step.pause) rows.push(0);
    rows[rows.length - 1]! += 1;
    step = stored.get(step.code);
  }
  return { visited, rows };
}

test('every host is visited once, the wanted one last', async () => {
  expect((await walk(1)).visited).toEqual(['h0']);
  expect((await walk(4)).visited).toEqual(['h3', 'h2', 'h1', 'h0']);
});

test.each([1, 8, 9, 17, 40])('of %i hosts never more than 8 come in a row', async (count) => {
  const { visited, rows } = await walk(count);
  expect(visited).toHaveLength(count);
  expect(Math.max(...rows)).toBeLessThanOrEqual(8);
});

test('no host, no session', async () => {
  await expect(chainOf([], async () => 'code')).rejects.toThrow(RangeError);
});
