import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Spool, SpoolFullError, SpoolQuota } from '../src/spool.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-spool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const readAll = async (spool: Spool) => {
  const chunks: Buffer[] = [];
  for await (const chunk of spool.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
};

it.each([0, 1, 65_535, 65_536, 65_537, 300_000])(
  'gives %i bytes back as often as asked, with their hash',
  async (size) => {
    const bytes = randomBytes(size);
    const spool = await Spool.create(folder, new SpoolQuota(1_000_000));
    for (let at = 0; at < size; at += 40_000) await spool.append(bytes.subarray(at, at + 40_000));
    expect(await spool.finish()).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect((await readAll(spool)).equals(bytes)).toBe(true);
    expect((await readAll(spool)).equals(bytes)).toBe(true);
    expect(spool.size).toBe(size);
    await spool.close();
  },
);

it('leaves no name in the folder', async () => {
  const spool = await Spool.create(folder, new SpoolQuota(1000));
  await spool.append(Buffer.from('secret'));
  expect(readdirSync(folder)).toEqual([]);
  await spool.close();
});

it('refuses over quota and gives the room back when closed', async () => {
  const quota = new SpoolQuota(100);
  const first = await Spool.create(folder, quota);
  await first.append(Buffer.alloc(80));
  await expect(first.append(Buffer.alloc(21))).rejects.toThrow(SpoolFullError);
  await first.close();
  const second = await Spool.create(folder, quota);
  await second.append(Buffer.alloc(100));
  await second.close();
});
