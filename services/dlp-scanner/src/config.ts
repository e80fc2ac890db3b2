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
  SCAN_WORKERS: number(cores, 1, 64, 'files scanned at once, each in a thread'),
  SCAN_WAITING: number(cores, 0, 64, 'further files that may arrive while all threads are busy'),
  MAX_FILE_BYTES: number(100 * mebi, 1, 1024 * mebi, 'larger files are tooLarge'),
  MAX_CHARACTERS: number(10_000_000, 1, 500_000_000, 'text read of one file, in characters'),
  MAX_INFLATED_BYTES: number(1024 * mebi, 1, 16_384 * mebi, 'bytes one file may inflate to'),
  SCAN_SOFT_STOP_MS: number(25_000, 100, 600_000, 'findings so far are reported after this; the edge gives up at 30 s'),
  SCAN_KILL_MS: number(28_000, 200, 600_000, 'a thread is killed after this, later than SCAN_SOFT_STOP_MS'),
  WORKER_HEAP_MB: number(256, 64, 8192, 'JavaScript heap of one thread'),
  MAX_RSS_MB: number(2048, 256, 65_536, 'no new file is taken above this resident size'),
};

export const config = defineConfig('dlp-scanner', shape);
export type DlpScannerConfig = z.infer<z.ZodObject<typeof shape>>;
