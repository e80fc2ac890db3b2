import { describe, expect, it } from 'vitest';
import { userAgentFacts } from './user-agent-facts.ts';

const win = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const B = 'browser',
  N = 'mobileDesktop',
  nat = 'nativeClient',
  oldB = 'outdatedBrowser',
  oldS = 'outdatedOperatingSystem';
const cases: [string, string, string, string[]][] = [
  [`${win} Chrome/150.0.0.0 Safari/537.36`, B, 'pc', []],
  [`${win} Chrome/90.0.0.0 Safari/537.36`, B, 'pc', [oldB]],
  [`${win} Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0`, B, 'pc', []],
  [`${win} Chrome/100.0.0.0 Safari/537.36 Edg/100.0.0.0`, B, 'pc', [oldB]],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0', B, 'pc', []],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:91.0) Gecko/20100101 Firefox/91.0', B, 'pc', [oldB]],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, B, 'pc', []],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1 Safari/605.1.15`, B, 'pc', [oldB]],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    B,
    'pc',
    [oldS],
  ],
  ['Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko', B, 'pc', [oldB, oldS]],
  [
    'Mozilla/5.0 (Windows NT 6.3; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    B,
    'pc',
    [oldS],
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    B,
    'pc',
    [],
  ],
  [
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    B,
    'pc',
    [],
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1',
    B,
    'mobile',
    [oldB, oldS],
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    B,
    'tablet',
    [],
  ],
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (Linux; Android 8.0; SM-G930F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
    B,
    'mobile',
    [oldS],
  ],
  [`${win} Chrome/150.0.0.0 Safari/537.36 OPR/130.0.0.0`, B, 'pc', []],
  [`${win} Chrome/150.0.0.0 Electron/37.0.0 Safari/537.36`, N, 'pc', [nat]],
  [`${win} Teams/1.5.00.4689 Chrome/85.0.4183.121 Electron/10.4.7 Safari/537.36`, N, 'pc', [nat]],
  [`${win} Slack/4.40.1 Chrome/128.0 Electron/32.0 Safari/537.36`, N, 'pc', [nat]],
  ['Outlook-iOS/2.0', N, 'mobile', [nat]],
  ['Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.5500; Pro)', N, 'pc', [nat]],
  ['Microsoft SkyDriveSync 23.1 ship; Windows NT 10.0 (19045)', N, 'pc', [nat]],
  ['OneDriveMpc/1.0', N, 'other', [nat]],
  ['curl/8.5.0', N, 'other', [nat]],
  ['Wget/1.21', N, 'other', [nat]],
  ['python-requests/2.32.0', N, 'other', [nat]],
  ['okhttp/4.12.0', N, 'other', [nat]],
  ['Go-http-client/2.0', N, 'other', [nat]],
  ['axios/1.7.2', N, 'other', [nat]],
  ['PostmanRuntime/7.40', N, 'other', [nat]],
  ['Microsoft-WebDAV-MiniRedir/10.0.19045', N, 'other', [nat]],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0', N, 'pc', [nat]],
  ['', N, 'other', [nat]],
];

describe('user agent facts', () => {
  it.each(cases)('%s', (userAgent, clientApp, deviceType, userAgentTags) => {
    expect(userAgentFacts(userAgent)).toEqual({ clientApp, deviceType, userAgentTags });
  });

  it('uses client hints', () => {
    const chrome =
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36';
    expect(userAgentFacts(chrome, { mobile: '?1', platformVersion: '"15.0.0"' }).userAgentTags).toEqual([]);
    expect(userAgentFacts(cases[0]?.[0], { platform: '"Windows"', platformVersion: '"0.1.0"' }).userAgentTags).toEqual([
      oldS,
    ]);
    expect(userAgentFacts(undefined).clientApp).toBe('mobileDesktop');
  });
});
