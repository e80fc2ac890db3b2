import { expect, test } from 'vitest';
import { createHostCodec } from './host-codec.ts';
import { boundaryCsp, leavingOf, mayLeave, reportedHost } from './leaving.ts';

const codec = createHostCodec({
  suffix: 'gate.example',
  publicScheme: 'https',
  publicPort: 8443,
  domains: [{ host: 'app.box.co.uk', scheme: 'https', app: 'box' }],
});
const base = 'https://app.box.co.uk/a/b';
const hostOf = (location: string) => leavingOf(location, base, codec)?.host;

test.each([
  ['/c', undefined],
  ['https://app.box.co.uk/', undefined],
  ['https://app.box.co.uk./x', undefined],
  ['https://login.gate.example:8443/start', undefined],
  ['msteams:/l/chat', undefined],
  ['http://[', undefined],
  ['https://dl.box.co.uk/f', 'dl.box.co.uk'],
  ['//dl.box.co.uk/f', 'dl.box.co.uk'],
  ['/\\dl.box.co.uk/f', 'dl.box.co.uk'],
  ['https:\t//DL.box.co.uk/f', 'dl.box.co.uk'],
  ['https://app.box.co.uk@evil.example/', 'evil.example'],
  ['https://evilgate.example/', 'evilgate.example'],
])('a Location %j leaves for %s', (location, host) => {
  expect(hostOf(location)).toBe(host);
});

const stopped = (mode: 'enforce' | 'monitor' | 'block', location: string) => {
  const leaving = leavingOf(location, base, codec);
  return leaving && !mayLeave(mode, leaving, ['app.box.co.uk']);
};

test.each([
  ['a sister host', 'https://dl.box.co.uk/f', [true, false, true]],
  ['a stranger under the same public suffix', 'https://news.co.uk/', [false, false, true]],
  ['a link elsewhere', 'https://docs.other.example/?q=sig', [false, false, true]],
  ['a signed link to storage', 'https://b.s3.amazonaws.com/f?a=1&X-Amz-Signature=00', [true, false, true]],
  ['a signed link of Azure', 'https://b.blob.core.windows.net/f?sv=1&sig=00', [true, false, true]],
])('%s: enforce, monitor, block', (_, location, expected) => {
  expect((['enforce', 'monitor', 'block'] as const).map((mode) => stopped(mode, location))).toEqual(expected);
});

test('the boundary names the suffix with its port, and where forms may go', () => {
  expect(boundaryCsp(codec, ['https://idp.example'])).toBe(
    "default-src 'self' https://*.gate.example:8443 wss://*.gate.example:8443 data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'self' https://*.gate.example:8443 https://idp.example; report-uri /.gatehouse/boundary",
  );
});

test.each([
  ['{"csp-report":{"blocked-uri":"https://cdn.other.example/x.js"}}', 'cdn.other.example'],
  ['{"csp-report":{"blocked-uri":"wss://live.other.example"}}', 'live.other.example'],
  ['{"csp-report":{"blocked-uri":"https://app.box.co.uk/x"}}', undefined],
  ['{"csp-report":{"blocked-uri":"inline"}}', undefined],
  ['{"csp-report":{"blocked-uri":7}}', undefined],
  ['null', undefined],
  ['{', undefined],
])('a report %s', (body, host) => {
  expect(reportedHost(body, codec)).toBe(host);
});
