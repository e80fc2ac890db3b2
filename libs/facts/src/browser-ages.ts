// Below which version a browser or operating system counts as outdated. The only place with such numbers.
//
// Rule for browsers: released more than twelve months before the review, or no longer patched by the vendor (Firefox ESR,
// Apple's two majors before the newest count as patched). Rule for systems: the vendor ships no security updates to the
// public any more. Release dates: caniuse-lite 1.0.30001827. Renew with every release, and the date with it.
//
// All of it is the client's word. A current client can claim to be old and an old one to be current: these tags nudge the
// honest, they hold nobody back (docs/policies.md, "What a user agent proves").

/** When the numbers below were last looked at. */
export const reviewedOn = '2026-11-20';

/** Lowest current major version by bowser's browser name. */
export const oldestBrowsers: Readonly<Record<string, number>> = {
  Chrome: 142,
  Chromium: 142,
  'Microsoft Edge': 142,
  Firefox: 140,
  Safari: 18,
  Opera: 124,
  'Samsung Internet for Android': 29,
  Vivaldi: 7,
};

/** Browsers that get no security updates at all. */
export const deadBrowsers = new Set([
  'Internet Explorer',
  'PhantomJS',
  'Opera Coast',
  'BlackBerry',
  'WebOS Browser',
  'UC Browser',
]);

/** Lowest maintained version by bowser's OS name. Windows: NT version; browsers freeze it at 10.0 and macOS at 10.15.7. */
export const oldestSystems: Readonly<Record<string, number>> = {
  Windows: 10,
  Android: 13,
  iOS: 18,
};
