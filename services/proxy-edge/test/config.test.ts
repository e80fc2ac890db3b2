import { expect, it } from 'vitest';
import { checkTogether, config } from '../src/config.ts';

const check = (changes: Record<string, string>) => () =>
  checkTogether(
    config.parse({ SUFFIX: 'gate.example.com', SIGN_IN_URL: 'http://sign-in:8081', SPOOL_DIR: '/spool', ...changes }),
  );
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
