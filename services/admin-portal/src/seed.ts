// Fills an empty database from a file, once: for demos and reproducible installations.
import { readFile } from 'node:fs/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { parse } from 'yaml';
import { z } from 'zod';
import { saveObject } from './catalogue.change.ts';
import { type Collection, catalogueVersion, collectionSchemas, type ValueOf } from './object.store.ts';
import { requirePolicy } from './policy.check.ts';
import { listPolicies, writePolicy } from './policy.store.ts';
import { Problem } from './problem.ts';
import { lockWrites } from './sql.ts';

export const seedSchema = z.strictObject({
  settings: z.strictObject(collectionSchemas.settings.shape).optional(),
  identityProviders: z.array(collectionSchemas['identity-providers']).default([]),
  apps: z.array(collectionSchemas.apps).default([]),
  assignments: z.array(collectionSchemas.assignments).default([]),
  ipRanges: z.array(collectionSchemas['ip-ranges']).default([]),
  deviceAuthorities: z.array(collectionSchemas['device-authorities']).default([]),
  policies: z.array(z.unknown()).default([]),
});
export type Seed = z.infer<typeof seedSchema>;

const actor = { by: 'seed file', ip: '' };

/** The file's content; YAML is a superset of JSON. Throws with the place of the first mistake. */
export async function readSeed(file: string): Promise<Seed> {
  return seedSchema.parse(parse(await readFile(file, 'utf8')));
}

async function isEmpty(manager: EntityManager): Promise<boolean> {
  return (await catalogueVersion(manager)) === 0 && (await listPolicies(manager)).length === 0;
}

/** Applies all or nothing; false if the database holds something already. */
export async function applySeed(db: DataSource, seed: Seed, suffix: string): Promise<boolean> {
  return db.transaction(async (manager) => {
    await lockWrites(manager);
    if (!(await isEmpty(manager))) return false;
    const save = <C extends Collection>(collection: C, id: string, value: ValueOf<C>) =>
      named(`${collection} ${id}`, () =>
        saveObject(manager, actor, { collection, id, before: undefined, value, suffix }),
      );
    if (seed.settings !== undefined) await save('settings', 'current', seed.settings);
    for (const one of seed.identityProviders) await save('identity-providers', one.id, one);
    for (const one of seed.apps) await save('apps', one.id, one);
    for (const one of seed.assignments) await save('assignments', one.id, one);
    for (const one of seed.deviceAuthorities) await save('device-authorities', one.id, one);
    for (const one of seed.ipRanges) await save('ip-ranges', one.id, one);
    for (const [at, value] of seed.policies.entries()) {
      await named(`policies[${at}]`, async () => {
        const policy = await requirePolicy(manager, { value });
        await writePolicy(manager, actor, { action: 'create', before: undefined, policy });
      });
    }
    return true;
  });
}

/** Says which entry of the file was refused. */
async function named(entry: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const fields = (error.details.errors ?? []).map(({ field, message }) => `${field}: ${message}`).join('; ');
    throw new Error(`SEED_FILE, ${entry}: ${fields || error.message}`, { cause: error });
  }
}
