import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const shape = {
  DATABASE_URL: z.string().min(1),
  /** Signs checkpoints of the chain; without it there are none. */
  CHECKPOINT_KEY: z.string().optional().describe('Ed25519 private key, PKCS#8 PEM (CHECKPOINT_KEY_FILE)'),
  /** Days an activity is kept; older partitions are dropped. */
  RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(180),
};

export const config = defineConfig('activity-log', shape);
export type ActivityLogConfig = z.infer<z.ZodObject<typeof shape>>;
