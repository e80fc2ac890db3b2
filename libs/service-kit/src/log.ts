// pino JSON; values under secret-looking names never reach a line.
import { type Logger, pino } from 'pino';

const secretKeys = [
  'password',
  'token',
  'ticket',
  'cookie',
  'authorization',
  'secret',
  'code',
  'assertion',
  'id_token',
];

/** A logger for one service. */
export function createLog(service: string, level: string): Logger {
  const paths = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  return pino({
    level,
    base: { service },
    redact: { paths, censor: '[secret]' },
    serializers: { error: pino.stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
