import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { config } from '../src/config.ts';

const good = { SUFFIX: 'gate.example.com', SIGN_IN_URL: 'http://sign-in:8081', SPOOL_DIR: '/spool' };
const check = (changes: Record<string, string>) => () => config.parse({ ...good, ...changes });
const pair = { TLS_CERT: 'pem', TLS_KEY: 'pem' };

it('refuses plain http outside .localhost or loopback', () => {
  expect(check({ HTTP_PORT: '8080' })).toThrow(/HTTP_PORT: plain http needs a SUFFIX under .localhost/);
  expect(check({ HTTP_PORT: '8080', SUFFIX: 'g.localhost', LISTEN_HOST: '0.0.0.0' })).toThrow(/HTTP_PORT/);
  expect(check({ HTTP_PORT: '8080', SUFFIX: 'g.localhost.example.com' })).toThrow(/HTTP_PORT/);
  expect(check({ HTTP_PORT: '8080', SUFFIX: 'g.localhost' })).not.toThrow();
});

it('wants a listener, and certificates for https', () => {
  expect(check({})).toThrow(/HTTPS_PORT: set a port/);
  expect(check({ HTTPS_PORT: '8443' })).toThrow(/TLS_CERT_FILE/);
  expect(check({ HTTPS_PORT: '8443', TLS_CERT: 'pem' })).toThrow(/TLS_CERT_FILE/);
  expect(check({ HTTPS_PORT: '8443', ...pair })).not.toThrow();
});

it('wants a snapshot key that is one', () => {
  expect(check({ HTTPS_PORT: '8443', ...pair, SNAPSHOT_PUBLIC_KEY: 'certainly not' })).toThrow(/SNAPSHOT_PUBLIC_KEY/);
});

it('ends with status 78 and names every problem at once, those of several variables included', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'services/proxy-edge/src/main.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...good, SIGN_IN_URL: 'sign-in', SPOOL_QUOTA_BYTES: '7', HTTP_PORT: '8080', HTTPS_PORT: '8443' },
  });
  expect(status).toBe(78);
  for (const name of ['SIGN_IN_URL is "sign-in"', 'SPOOL_QUOTA_BYTES is "7"', 'HTTP_PORT: plain', 'TLS_CERT_FILE and'])
    expect(stderr).toContain(name);
});
