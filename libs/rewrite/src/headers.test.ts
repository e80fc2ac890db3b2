import { describe, expect, it } from 'vitest';
import { cutEdgeCookies, mapSetCookie, readCookie } from './cookies.ts';
import { mapCsp } from './csp.ts';
import { type CatalogueDomain, createHostCodec } from './host-codec.ts';
import { createUrlMapper } from './redirect.ts';
import { type RequestContext, requestHeaders } from './request-headers.ts';
import { type ResponseContext, responseHeaders } from './response-headers.ts';

const files: CatalogueDomain = { app: 'files', host: 'files.acme.localhost', scheme: 'http', port: 9101 };
const box: CatalogueDomain = { app: 'box', host: 'app.box.example.com', scheme: 'https' };
const api: CatalogueDomain = { app: 'box', host: 'api.box.example.com', scheme: 'https' };
const codec = createHostCodec({
  suffix: 'gatehouse.localhost',
  publicScheme: 'http',
  publicPort: 8080,
  domains: [files, box, api],
});
const F = 'files.acme.localhost.gatehouse.localhost';
const B = 'app.box.example.com.gatehouse.localhost';
const edge = '__Host-gatehouse-session';
const toFiles: ResponseContext = { codec, domain: files, edgeCookies: [edge], body: 'pass' };
const answer = (name: string, value: string, extra: Partial<ResponseContext> = {}) =>
  responseHeaders([name, value], { ...toFiles, ...extra })[1];

describe('response headers', () => {
  it.each([
    [
      'Location',
      'http://files.acme.localhost:9101/a?r=http://files.acme.localhost:9101/',
      `http://${F}:8080/a?r=http://files.acme.localhost:9101/`,
    ],
    ['Location', 'https://app.box.example.com', `http://${B}:8080`],
    ['Location', '//app.box.example.com/x', `//${B}:8080/x`],
    ['Location', '/relative?x=https://app.box.example.com', '/relative?x=https://app.box.example.com'],
    [
      'Location',
      'https://evil.example/?u=https://app.box.example.com/',
      'https://evil.example/?u=https://app.box.example.com/',
    ],
    ['Location', 'https://app.box.example.com.evil.example/', 'https://app.box.example.com.evil.example/'],
    ['Location', 'https://app.box.example.com:8443/', 'https://app.box.example.com:8443/'],
    ['Content-Location', 'https://app.box.example.com/d', `http://${B}:8080/d`],
    ['Refresh', '5; url=https://app.box.example.com/d', `5; url=http://${B}:8080/d`],
    ['Refresh', "0;URL='https://app.box.example.com/d'", `0;URL='http://${B}:8080/d'`],
    ['Link', '<https://app.box.example.com/a.css>; rel=preload', `<http://${B}:8080/a.css>; rel=preload`],
    ['SourceMap', 'https://app.box.example.com/a.map', `http://${B}:8080/a.map`],
    ['Access-Control-Allow-Origin', 'https://app.box.example.com', `http://${B}:8080`],
    ['Access-Control-Allow-Origin', '*', '*'],
    ['Access-Control-Allow-Origin', 'null', 'null'],
    ['X-Frame-Options', 'DENY', 'DENY'],
    ['Clear-Site-Data', '"cookies", "cache"', '"cache"'],
    ['Clear-Site-Data', '"*"', '"cache", "storage"'],
    ['WWW-Authenticate', 'Basic realm="x"', 'Basic realm="x"'],
    ['Permissions-Policy', 'camera=(self "https://app.box.example.com")', `camera=(self "http://${B}:8080")`],
    ['ETag', '"abc"', '"abc"'],
  ])('%s: %s', (name, sent, seen) => expect(answer(name, sent)).toBe(seen));

  it.each([
    ['Strict-Transport-Security', 'max-age=1'],
    ['Alt-Svc', 'h3=":443"'],
    ['NEL', '{}'],
    ['Report-To', '{}'],
    ['Reporting-Endpoints', 'x="https://e"'],
    ['Clear-Site-Data', '"cookies"'],
    ['WWW-Authenticate', 'Negotiate'],
    ['WWW-Authenticate', 'NTLM'],
    ['Transfer-Encoding', 'chunked'],
    ['Keep-Alive', 'timeout=5'],
    ['Gatehouse-Login', 'required'],
    ['Set-Cookie', `${edge}=forged; Path=/; Secure`],
  ])('drops %s: %s', (name, value) => expect(responseHeaders([name, value], toFiles)).toEqual([]));

  it('drops what Connection lists, but no header of consequence', () => {
    const raw = ['Connection', 'close, X-Hop, Set-Cookie', 'X-Hop', '1', 'Set-Cookie', 'a=1'];
    expect(responseHeaders(raw, toFiles)).toEqual(['Set-Cookie', 'a=1']);
  });

  it('marks a transformed body', () => {
    const raw = [
      'ETag',
      'W/"abc"',
      'Content-Length',
      '5',
      'Content-Encoding',
      'gzip',
      'Digest',
      'x',
      'Accept-Ranges',
      'bytes',
      'Vary',
      'x',
    ];
    const seen = responseHeaders(raw, { ...toFiles, body: 'transformed', version: '7' });
    expect(seen).toEqual(['ETag', 'W/"abc;rw7"', 'Vary', 'x']);
  });

  it('keeps inspected downloads out of caches', () => {
    const raw = ['Cache-Control', 'public, max-age=9', 'Expires', 'x', 'ETag', '"a"'];
    expect(responseHeaders(raw, { ...toFiles, noStore: true })).toEqual(['ETag', '"a"', 'Cache-Control', 'no-store']);
  });
});

describe('cookies', () => {
  const set = (line: string, host = 'app.box.example.com') => mapSetCookie(line, host, codec, [edge]);
  it.each([
    [
      'a=1; Path=/; HttpOnly; SameSite=None; Secure; Partitioned; Priority=High',
      'a=1; Path=/; HttpOnly; SameSite=None; Secure; Partitioned; Priority=High',
    ],
    ['a=1;Domain=.box.example.com;Path=/', 'a=1;Domain=.box.example.com.gatehouse.localhost;Path=/'],
    ['a=1; domain=BOX.example.com', 'a=1; domain=BOX.example.com.gatehouse.localhost'],
    ['a=1; Domain=com; Path=/', 'a=1; Path=/'],
    ['a=1; Domain=', 'a=1; Domain='],
    ['__Host-x=1; Path=/; Secure', '__Host-x=1; Path=/; Secure'],
    ['a="x=y"; Domain=example.com', 'a="x=y"; Domain=example.com.gatehouse.localhost'],
  ])('Set-Cookie %s', (line, seen) => expect(set(line)).toBe(seen));

  it.each([
    'a=1; Domain=evil.com',
    'a=1; Domain=gatehouse.localhost',
    'a=1; Domain=x.app.box.example.com',
    `=${edge}=x`,
    ` ${edge} = x`,
  ])('refuses Set-Cookie %s', (line) => expect(set(line)).toBeUndefined());

  it('takes .localhost and private suffixes for public', () => {
    expect(set('a=1; Domain=localhost', 'files.acme.localhost')).toBe('a=1');
    expect(set('a=1; Domain=acme.localhost', 'files.acme.localhost')).toBe(
      'a=1; Domain=acme.localhost.gatehouse.localhost',
    );
    expect(set('a=1; Domain=github.io', 'me.github.io')).toBe('a=1');
  });

  it('cuts edge cookies and no other byte', () => {
    expect(cutEdgeCookies([`a=1; ${edge}=t; b="x y";c`], [edge])).toEqual({ ok: true, cookie: 'a=1; b="x y";c' });
    expect(cutEdgeCookies([`${edge}=t`, 'a=1', 'b=2'], [edge])).toEqual({ ok: true, cookie: 'a=1; b=2' });
    expect(cutEdgeCookies([`${edge}=t`], [edge])).toEqual({ ok: true, cookie: undefined });
    expect(cutEdgeCookies([`x${edge}=t; ${edge}2=t`], [edge])).toEqual({ ok: true, cookie: `x${edge}=t; ${edge}2=t` });
    expect(cutEdgeCookies([`${edge}=t; ${edge}=u`], [edge])).toEqual({ ok: false, name: edge });
    expect(readCookie([`a=1; ${edge}=t.k`], edge)).toEqual(['t.k']);
  });
});

describe('request headers', () => {
  const toBox: RequestContext = { codec, domain: box, method: 'GET', edgeCookies: [edge] };
  const ask = (raw: string[], extra: Partial<RequestContext> = {}) => {
    const result = requestHeaders(raw, { ...toBox, ...extra });
    if (!result.ok) throw new Error(result.why);
    const get = (name: string) => {
      const at = result.headers.findIndex((text, n) => n % 2 === 0 && text.toLowerCase() === name);
      return at < 0 ? undefined : result.headers[at + 1];
    };
    return { get, crossApp: result.crossApp };
  };

  it('speaks to the app at its own name', () => {
    const raw = [
      'Host',
      `${B}:8080`,
      'Origin',
      `http://${B}:8080`,
      'Referer',
      `http://${B}:8080/a?b=http://${B}:8080/`,
      'Sec-Fetch-Site',
      'same-origin',
    ];
    const { get } = ask(raw);
    expect(get('host')).toBe('app.box.example.com');
    expect(get('origin')).toBe('https://app.box.example.com');
    expect(get('referer')).toBe(`https://app.box.example.com/a?b=http://${B}:8080/`);
    expect(get('sec-fetch-site')).toBe('same-origin');
    expect(ask(raw, { domain: files }).get('host')).toBe('files.acme.localhost:9101');
  });

  it.each([
    [`http://${F}:8080`, 'cross-site'],
    ['http://api.box.example.com.gatehouse.localhost:8080', 'same-site'],
    [`http://${B}:8080`, 'same-origin'],
    ['null', 'cross-site'],
  ])('recomputes Sec-Fetch-Site for a request from %s', (origin, site) =>
    expect(ask(['Origin', origin, 'Sec-Fetch-Site', 'same-site']).get('sec-fetch-site')).toBe(site),
  );

  it('withholds cookies from writes that another app sends', () => {
    const raw = ['Origin', `http://${F}:8080`, 'Cookie', 'a=1'];
    expect(ask(raw, { method: 'POST' })).toMatchObject({ crossApp: true });
    expect(ask(raw, { method: 'POST' }).get('cookie')).toBeUndefined();
    expect(ask(raw).get('cookie')).toBe('a=1');
    const sibling = ['Origin', 'http://api.box.example.com.gatehouse.localhost:8080', 'Cookie', 'a=1'];
    expect(ask(sibling, { method: 'POST' }).get('cookie')).toBe('a=1');
    expect(ask(['Origin', 'https://idp.example', 'Cookie', 'a=1'], { method: 'POST' }).get('cookie')).toBe('a=1');
    expect(ask(['Referer', `http://${F}:8080/x`, 'Cookie', 'a=1'], { method: 'POST' }).get('cookie')).toBeUndefined();
  });

  it.each([
    ['X-Forwarded-For', '1.2.3.4'],
    ['X-Forwarded-Host', 'x'],
    ['Forwarded', 'for=1'],
    ['Via', '1.1 x'],
    ['True-Client-IP', '1.2.3.4'],
    ['X-SSL-Client-Cert', 'x'],
    ['Client-Cert', 'x'],
    ['X-Original-URL', '/admin'],
    ['Gatehouse-User', 'root'],
    ['Authorization', 'Gatehouse abc'],
    ['Available-Dictionary', ':x:'],
    ['TE', 'trailers'],
    ['Upgrade', 'h2c'],
    [':authority', B],
  ])('drops %s', (name, value) => expect(ask([name, value]).get(name.toLowerCase())).toBeUndefined());

  it.each([
    ['gzip, deflate, br, zstd, dcb, dcz', 'gzip, br'],
    ['gzip;q=0, br', 'br'],
    ['deflate', 'identity'],
  ])('offers of %s only what it decodes', (sent, offered) =>
    expect(ask(['Accept-Encoding', sent]).get('accept-encoding')).toBe(offered),
  );

  it('sets its own client address, keeps Range unless told, unmarks ETags, joins crumbs', () => {
    const raw = ['Range', 'bytes=0-', 'If-None-Match', 'W/"abc;rw7", "d"', 'cookie', 'a=1', 'cookie', 'b=2'];
    expect(ask(raw, { clientIp: '203.0.113.9' }).get('x-forwarded-for')).toBe('203.0.113.9');
    expect(ask(raw).get('range')).toBe('bytes=0-');
    expect(ask(raw, { dropRange: true }).get('range')).toBeUndefined();
    expect(ask(raw).get('if-none-match')).toBe('W/"abc", "d"');
    expect(ask(raw).get('cookie')).toBe('a=1; b=2');
  });

  it('refuses tossed edge cookies', () => {
    expect(requestHeaders(['Cookie', `${edge}=a; ${edge}=b`], toBox)).toMatchObject({ ok: false, status: 400 });
  });
});

describe('content security policy', () => {
  it.each([
    ["default-src 'self' https://app.box.example.com", `default-src 'self' http://${B}:8080`],
    ['script-src app.box.example.com/js/', `script-src ${B}:8080/js/`],
    ['connect-src wss://app.box.example.com', `connect-src ws://${B}:8080`],
    ['img-src *.box.example.com', 'img-src *.box.example.com *.box.example.com.gatehouse.localhost:8080'],
    ["img-src * data: 'nonce-abc' cdn.other.com", "img-src * data: 'nonce-abc' cdn.other.com"],
    ['frame-ancestors http://files.acme.localhost:9101', `frame-ancestors http://${F}:8080`],
    ["default-src 'self'; report-to x; upgrade-insecure-requests", "default-src 'self'"],
  ])('%s', (policy, seen) => expect(mapCsp(policy, codec)).toBe(seen));
});

describe('URL mapper', () => {
  it('leaves the public world of another port alone', () => {
    const map = createUrlMapper(codec);
    expect(map(`https://${B}:8443/x`, 'toReal')).toBe(`https://${B}:8443/x`);
    expect(map(`http://${B}:8080/x`, 'toReal')).toBe('https://app.box.example.com/x');
  });
});
