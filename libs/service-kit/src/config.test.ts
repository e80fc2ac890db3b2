import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, defineConfig } from './config.ts';

const config = defineConfig('demo', { LOW: z.coerce.number(), HIGH: z.coerce.number(), API_KEY: z.string().min(5) }, [
  {
    fields: ['LOW', 'HIGH'],
    problem: ({ LOW, HIGH }) => (LOW > HIGH ? 'LOW: must not be above HIGH; lower it' : undefined),
  },
  {
    fields: ['LISTEN_HOST', 'LOW'],
    problem: ({ LISTEN_HOST, LOW }) => (LISTEN_HOST === '0.0.0.0' && LOW < 0 ? 'LISTEN_HOST: not with LOW' : undefined),
  },
]);
const good = { LOW: '1', HIGH: '2', API_KEY: 'secret' };

function problems(changes: Record<string, string | undefined>): readonly string[] {
  try {
    config.parse({ ...good, ...changes });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

test('good values come parsed, with the common ones', () => {
  expect(config.parse(good)).toMatchObject({ LOW: 1, HIGH: 2, LISTEN_HOST: '127.0.0.1', LOG_LEVEL: 'info' });
  expect(config.required).toEqual(['LOW', 'HIGH', 'API_KEY']);
});

test('every problem is named at once, those of several variables too', () => {
  expect(problems({ LOW: '3', API_KEY: 'abc', LOG_LEVEL: 'loud' })).toEqual([
    expect.stringMatching(/^LOG_LEVEL is "loud": .*; expected: pino level$/),
    expect.stringMatching(/^API_KEY is set to an unusable value: /),
    'LOW: must not be above HIGH; lower it',
  ]);
});

test('a check stays silent where one of its own variables is wrong already', () => {
  expect(problems({ LOW: 'x' })).toEqual([expect.stringMatching(/^LOW is "x"/)]);
  expect(problems({ LOW: undefined })).toHaveLength(1);
  expect(problems({ LOW: '-1', HIGH: 'x', LISTEN_HOST: '0.0.0.0' })).toEqual([
    expect.stringMatching(/^HIGH is "x"/),
    'LISTEN_HOST: not with LOW',
  ]);
});

test('a secret is never repeated, and a file that cannot be read is named', () => {
  expect(problems({ API_KEY: 'abc' }).join()).not.toContain('abc');
  expect(problems({ API_KEY: undefined, API_KEY_FILE: '/does/not/exist' })[0]).toMatch(/^API_KEY_FILE=\/does/);
});
