import { catalogueSchema } from '@gatehouse/contracts/catalogue';
import { expect, test } from 'vitest';
import { appOfSuffixedHost, hostName, suffixed, suffixedOrigin, unsuffix } from './app-host.ts';

const suffix = 'gate.example';
const catalogue = catalogueSchema.parse({
  version: 1,
  apps: [
    {
      id: 'files',
      name: 'Files',
      domains: [{ host: 'files.acme.example', scheme: 'http', port: 9101 }, { host: 'cdn.acme.example' }],
    },
    { id: 'old', name: 'Old', enabled: false, domains: [{ host: 'old.acme.example' }] },
  ],
  assignments: [],
  ipRanges: [],
  identityProviders: [],
  settings: {},
});

test('a suffixed host names its app, with or without port', () => {
  for (const host of ['files.acme.example.gate.example', 'Files.acme.example.gate.example:8080'])
    expect(appOfSuffixedHost(catalogue, suffix, host)?.app.id).toBe('files');
});

test.each([
  'files.acme.example',
  'evilfiles.acme.example.gate.example',
  'files.acme.example.gate.example.evil.example',
  'files.acme.example.gate.example@evil.example',
  'files.acme.example.gate.example:80:80',
  'old.acme.example.gate.example',
  '',
])('not an app: %j', (host) => {
  expect(appOfSuffixedHost(catalogue, suffix, host)).toBeUndefined();
});

test('the suffixed origin has scheme and port of the login origin', () => {
  const found = appOfSuffixedHost(catalogue, suffix, 'files.acme.example.gate.example')!;
  expect(suffixedOrigin(found, 'https://login.gate.example')).toBe('https://files.acme.example.gate.example');
  expect(suffixedOrigin(found, 'http://login.gate.example:8080')).toBe('http://files.acme.example.gate.example:8080');
});

test('URLs lose and regain the suffix', () => {
  const real = 'http://files.acme.example:9101/cb?x=http://files.acme.example:9101/';
  const outside = 'https://login.gate.example:8443';
  const inside = suffixed(catalogue, suffix, outside, real)!;
  expect(inside).toBe('https://files.acme.example.gate.example:8443/cb?x=http://files.acme.example:9101/');
  expect(unsuffix(catalogue, suffix, inside)).toBe(real);
  expect(unsuffix(catalogue, suffix, real)).toBe(real);
  expect(unsuffix(catalogue, suffix, 'https://evil.example.gate.example/cb')).toBe(
    'https://evil.example.gate.example/cb',
  );
  expect(unsuffix(catalogue, suffix, 'no url')).toBeUndefined();
  expect(suffixed(catalogue, suffix, outside, 'https://files.acme.example/cb')).toBeUndefined();
  expect(suffixed(catalogue, suffix, outside, 'https://evil.example/cb')).toBeUndefined();
});

test('host names', () => {
  expect(hostName('A.example:8080')).toBe('a.example');
  for (const host of ['a b', 'a/b', 'a\\b', 'ü.example']) expect(hostName(host)).toBeUndefined();
});
