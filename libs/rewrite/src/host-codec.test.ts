import { describe, expect, it } from 'vitest';
import { createHostCodec, HostNameError, hostNameProblem } from './host-codec.ts';

const domain = (host: string, extra = {}) => ({ app: 'files', host, scheme: 'http' as const, ...extra });
const codec = createHostCodec({
  suffix: 'gatehouse.localhost',
  publicScheme: 'http',
  publicPort: 8080,
  domains: [domain('files.acme.localhost', { port: 9101 }), domain('box.example.com', { scheme: 'https', port: 443 })],
});

describe('host codec', () => {
  it('maps catalogued hosts both ways', () => {
    expect(codec.toPublic('files.acme.localhost')).toBe('files.acme.localhost.gatehouse.localhost');
    expect(codec.toReal('Files.acme.localhost.gatehouse.localhost:8080')?.port).toBe(9101);
    expect(codec.publicOrigin('box.example.com')).toBe('http://box.example.com.gatehouse.localhost:8080');
    expect(codec.realOrigin('box.example.com')).toBe('https://box.example.com');
    expect(codec.realOrigin('files.acme.localhost')).toBe('http://files.acme.localhost:9101');
  });

  it.each([
    'files.acme.localhost',
    'evil.example.gatehouse.localhost',
    'x.files.acme.localhost.gatehouse.localhost',
    'files.acme.localhost.gatehouse.localhost.',
    'files.acme.localhost.gatehouse.localhost@evil',
    'files.acme.localhostXgatehouse.localhost',
    'gatehouse.localhost',
    '.gatehouse.localhost',
    '169.254.169.254.gatehouse.localhost',
    '',
  ])('knows no upstream for %s', (host) => expect(codec.toReal(host)).toBeUndefined());

  it.each([
    '10.0.0.1',
    '0x7f.0.0.1',
    '[::1]',
    'localhost',
    'a..b',
    '-a.example',
    'A.example',
    'x.gatehouse.localhost',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(118)}com`,
    'a b.com',
  ])('refuses %s as a domain', (host) => expect(hostNameProblem(host, 'gatehouse.localhost')).toBeTypeOf('string'));

  it('refuses a host that is catalogued twice', () => {
    const domains = [domain('a.example'), domain('a.example')];
    expect(() => createHostCodec({ suffix: 's.test', publicScheme: 'https', domains })).toThrow(HostNameError);
  });
});
