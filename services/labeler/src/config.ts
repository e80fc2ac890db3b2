import { availableParallelism } from 'node:os';
import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const mebi = 2 ** 20;
const number = (fallback: number, min: number, max: number, meaning: string) =>
  z.coerce.number().int().min(min).max(max).default(fallback).describe(meaning);
const cores = availableParallelism();

const shape = {
  DATA_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address under which edges reach the data plane of this very instance; unset: http://LISTEN_HOST:port'),
  DATA_PORT: number(0, 0, 65_535, 'port of the data plane; 0 = free'),
  PROTECT_WORKERS: number(cores, 1, 64, 'files labelled at once, each in a thread'),
  PROTECT_WAITING: number(cores * 2, 0, 256, 'further files that may be under way'),
  MAX_FILE_BYTES: number(1024 * mebi, 1, 3072 * mebi, 'larger files are not protected, so they are blocked'),
  MEMORY_FILE_BYTES: number(4 * mebi, 0, 64 * mebi, 'larger files wait in an encrypted temporary file'),
  SPOOL_DIR: z.string().optional().describe('folder of the encrypted temporary files; unset: the system one'),
  LABEL_KILL_MS: number(20_000, 200, 60_000, 'a thread that labels is killed after this'),
  WORKER_HEAP_MB: number(192, 64, 8192, 'JavaScript heap of one thread'),
  WRAPPER: z
    .enum(['auto', 'html', 'tdf'])
    .default('auto')
    .describe('container as a page that opens in the browser, plain, or by size'),
  HTML_MAX_BYTES: number(25 * mebi, 0, 50 * mebi, 'largest container that becomes a page'),
  LABEL_SIGNING_KEY: z
    .string()
    .optional()
    .describe('P-256 private key (PKCS#8 PEM) that signs the label statement in containers; unset: not signed'),
};

export const config = defineConfig('labeler', shape);
export type LabelerConfig = z.infer<z.ZodObject<typeof shape>>;
