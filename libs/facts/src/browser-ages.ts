// Below which version a browser or operating system counts as outdated. Reviewed with every release.

/** Lowest current major version by bowser's browser name. */
export const oldestBrowsers: Readonly<Record<string, number>> = {
  Chrome: 138,
  Chromium: 138,
  'Microsoft Edge': 138,
  Firefox: 140,
  Safari: 17,
  Opera: 122,
  'Samsung Internet for Android': 27,
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
  Android: 12,
  iOS: 16,
};
