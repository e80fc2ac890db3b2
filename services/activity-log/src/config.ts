import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const shape = {
  DATABASE_URL: z.string().min(1),
  /** Days an activity is kept; older partitions are dropped. */
  RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(180),
};

export const config = defineConfig('activity-log', shape);
export type ActivityLogConfig = z.infer<z.ZodObject<typeof shape>>;
