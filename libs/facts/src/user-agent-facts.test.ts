import { describe, expect, it } from 'vitest';
import { reviewedOn } from './browser-ages.ts';
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
    [oldB, oldS],
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
  // Browsers of the desktop.
  [`${win} Chrome/158.0.0.0 Safari/537.36`, B, 'pc', []],
  [`${win} Chrome/142.0.0.0 Safari/537.36`, B, 'pc', []],
  [`${win} Chrome/141.0.0.0 Safari/537.36`, B, 'pc', [oldB]],
  [`${win} Chrome/150.0.0.0 Safari/537.36 Vivaldi/7.6`, B, 'pc', []],
  [`${mac} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36`, B, 'pc', []],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15`, B, 'pc', []],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', B, 'pc', []],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.9; rv:78.0) Gecko/20100101 Firefox/78.0', B, 'pc', [oldB, oldS]],
  ['Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', B, 'pc', []],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    B,
    'pc',
    [],
  ],
  ['Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)', B, 'pc', [oldB, oldS]],
  [`${win} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763`, B, 'pc', [oldB]],
  // Phones and tablets.
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    B,
    'tablet',
    [],
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/146.0.0.0 Mobile Safari/537.36',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (Linux; Android 9; SM-G960F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/14.0 Chrome/87.0.4280.141 Mobile Safari/537.36',
    B,
    'mobile',
    [oldB, oldS],
  ],
  ['Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', B, 'mobile', []],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.4 Mobile/15E148 Safari/604.1',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0.7339.101 Mobile/15E148 Safari/604.1',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/150.0 Mobile/15E148 Safari/604.1',
    B,
    'mobile',
    [],
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    B,
    'tablet',
    [],
  ],
  // Engines inside programs.
  [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/150.0.0.0 Mobile Safari/537.36',
    N,
    'mobile',
    [nat],
  ],
  [`${win} Teams/24.4.0 Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`, N, 'pc', [nat]],
  [
    `${mac} AppleWebKit/537.36 (KHTML, like Gecko) Figma/126.0 Chrome/140.0.0.0 Electron/38.0.0 Safari/537.36`,
    N,
    'pc',
    [nat],
  ],
  // Programs.
  ['OneDrive/19.222 CFNetwork/1496.0.7 Darwin/23.5.0', N, 'other', [nat]],
  ['Microsoft Office Word 2014', N, 'other', [nat]],
  ['Dropbox/205.4.6009 (Windows 10)', N, 'pc', [nat]],
  ['rclone/v1.68.0', N, 'other', [nat]],
  ['Java/21.0.4', N, 'other', [nat]],
  ['node', N, 'other', [nat]],
  ['aws-sdk-js/3.600.0 os/linux lang/js', N, 'pc', [nat]],
  ['Box/2.40.345 (Macintosh)', N, 'pc', [nat]],
  ['Dropbox/90.0 (Windows 7)', N, 'pc', [nat, oldS]],
  ['davfs2/1.7.0 neon/0.33.0', N, 'other', [nat]],
  ['Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4522', N, 'pc', [nat]],
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

  const current = `${win} Chrome/150.0.0.0 Safari/537.36`;
  it.each([
    ['the engine inside a Windows program', '"Microsoft Edge WebView2";v="150", "Chromium";v="150"', N, [nat]],
    ['the engine inside an Android program', '"Android WebView";v="150"', N, [nat]],
    ['a hint older than the user agent', '"Chromium";v="110", "Google Chrome";v="110", "Not.A/Brand";v="8"', B, [oldB]],
    ['a current browser', '"Chromium";v="150", "Google Chrome";v="150", "Not.A/Brand";v="8"', B, []],
    ['a brand nobody knows', '"Brave";v="1", "__proto__";v="1", "constructor";v="1"', B, []],
  ])('reads brands: %s', (_, brands, clientApp, userAgentTags) =>
    expect(userAgentFacts(current, { brands })).toMatchObject({ clientApp, userAgentTags }),
  );

  it('covers at least sixty agents and a fresh review', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(reviewedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it.each([
    ['64 KiB of one letter', 'a'.repeat(65_536)],
    ['64 KiB of opening brackets', `Mozilla/5.0 ${'('.repeat(65_536)}`],
    ['64 KiB of almost-versions', `Mozilla/5.0 ${'Chrome/1.'.repeat(7_300)}`],
    ['64 KiB of blanks', `Mozilla/5.0${' '.repeat(65_536)}x`],
    ['64 KiB of almost-Android', 'Android 10; '.repeat(5_500)],
    ['control characters', 'Mozilla/5.0 \u0000\r\nX-Injected: 1\u001b[31m Chrome/150.0'],
    ['lone surrogates and bidi marks', 'Mozilla/5.0 \ud800\u202e\udfff'],
    ['names of object members', '__proto__/1.0 constructor/2.0 toString/3'],
  ])('stays safe and quick on %s', (_, hostile) => {
    const started = process.cpuUsage();
    for (let turn = 0; turn < 20; turn += 1) {
      const facts = userAgentFacts(hostile, {
        brands: hostile,
        mobile: hostile,
        platform: hostile,
        platformVersion: hostile,
      });
      expect(['browser', 'mobileDesktop']).toContain(facts.clientApp);
      expect(['pc', 'mobile', 'tablet', 'other']).toContain(facts.deviceType);
    }
    // Twenty in under half a second of computing: no pattern backtracks.
    expect(process.cpuUsage(started).user).toBeLessThan(500_000);
  });
});
