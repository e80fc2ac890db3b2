import { describe, expect, it } from 'vitest';
import { checkRequest, type IncomingRequest } from './framing.ts';

const request = (over: Partial<IncomingRequest>): IncomingRequest => ({
  method: 'GET',
  url: '/a?b=c',
  rawHeaders: ['Host', 'files.acme.localhost.g.test:8080'],
  httpVersion: '1.1',
  ...over,
});
const withHeaders = (...extra: string[]) => request({ method: 'POST', rawHeaders: ['Host', 'a.test', ...extra] });

describe('framing', () => {
  it.each([
    request({}),
    request({ method: 'OPTIONS', url: '*' }),
    withHeaders('Content-Length', '5'),
    withHeaders('Transfer-Encoding', 'chunked'),
    request({ rawHeaders: ['Host', 'a.test', 'Content-Length', '0'] }),
    request({
      httpVersion: '2.0',
      rawHeaders: [':method', 'GET', ':path', '/', ':authority', 'a.test', ':scheme', 'https'],
    }),
    request({ rawHeaders: ['Host', 'a.test', 'Content-Length', '3'], allowGetBody: true }),
  ])('accepts %j', (good) => expect(checkRequest(good)).toBeUndefined());

  it.each<[string, IncomingRequest]>([
    ['HTTP/0.9', request({ httpVersion: '0.9' })],
    ['HTTP/1.0 with Transfer-Encoding', { ...withHeaders('Transfer-Encoding', 'chunked'), httpVersion: '1.0' }],
    ['duplicate Host', withHeaders('host', 'b.test')],
    ['no Host', request({ rawHeaders: [] })],
    ['absolute-form', request({ url: 'http://other.test/' })],
    ['absolute-form of the same host', request({ url: 'http://a.test/' })],
    ['identity, chunked', withHeaders('Transfer-Encoding', 'identity, chunked')],
    ['two Transfer-Encoding lines', withHeaders('Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked')],
    ['fragment', request({ url: '/a#b' })],
    ['raw UTF-8 target', request({ url: '/\u00e9' })],
    ['userinfo', request({ rawHeaders: ['Host', 'a@b.test'] })],
    ['underscore name', withHeaders('Content_Length', '5')],
    ['GET with body', request({ rawHeaders: ['Host', 'a.test', 'Content-Length', '3'] })],
    ['GET with chunked body', request({ rawHeaders: ['Host', 'a.test', 'Transfer-Encoding', 'chunked'] })],
    ['CL and TE', withHeaders('Content-Length', '5', 'Transfer-Encoding', 'chunked')],
    ['two lengths', withHeaders('Content-Length', '5', 'Content-Length', '5')],
    ['length with sign', withHeaders('Content-Length', '+5')],
    ['CONNECT', request({ method: 'CONNECT', url: 'a.test:443' })],
    [
      'h2 Host against :authority',
      request({ httpVersion: '2.0', rawHeaders: [':authority', 'a.test', 'host', 'b.test'] }),
    ],
    ['h2 line break in a value', request({ httpVersion: '2.0', rawHeaders: [':authority', 'a.test', 'x', 'a\r\nb'] })],
    [
      'h2 Transfer-Encoding',
      request({
        method: 'POST',
        httpVersion: '2.0',
        rawHeaders: [':authority', 'a.test', 'transfer-encoding', 'chunked'],
      }),
    ],
    ['pseudo-header in h1', withHeaders(':authority', 'a.test')],
  ])('refuses %s', (_, bad) => expect(checkRequest(bad)).toMatchObject({ status: 400 }));
});
