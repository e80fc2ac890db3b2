// Policies as admin-portal stores them; this service may only read them.
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import type { DataSource } from 'typeorm';
import { z } from 'zod';

export type PolicySet = { readonly epoch: number; readonly policies: readonly StoredPolicy[] };

export type PolicyStore = {
  /** Grows with every change of any policy. */
  readonly epoch: () => Promise<number>;
  /** All policies with the epoch they belong to. Rejects if one of them is no policy. */
  readonly load: () => Promise<PolicySet>;
};

// Epoch and policies in one statement, so that they come from one database snapshot. A portal that does not know
// `broken_references` yet has no such column, which its row as JSON tells without an error.
const loadAll = `
  SELECT epoch,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', id, 'version', version, 'policy', body,
        'brokenReferences', coalesce(nullif(to_jsonb(policies) -> 'broken_references', 'null'), '[]'),
        'createdAt', created_at, 'updatedAt', updated_at, 'updatedBy', updated_by) ORDER BY id), '[]')
      FROM portal.policies WHERE deleted_at IS NULL) AS policies
  FROM portal.policy_epoch`;

const epochRows = z.tuple([z.object({ epoch: z.coerce.number().int() })]);
const policyRows = z.tuple([z.object({ epoch: z.coerce.number().int(), policies: z.array(storedPolicySchema) })]);

export function policyStore(database: DataSource): PolicyStore {
  return {
    epoch: async () => epochRows.parse(await database.query('SELECT epoch FROM portal.policy_epoch'))[0].epoch,
    load: async () => policyRows.parse(await database.query(loadAll))[0],
  };
}
