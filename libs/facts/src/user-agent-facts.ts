// What the User-Agent and the client hints say. The client's word: spoofable, so only ever a hint for policies.
import Bowser from 'bowser';
import { deadBrowsers, oldestBrowsers, oldestSystems } from './browser-ages.ts';
import { nativeClients } from './native-clients.ts';

export type UserAgentTag = 'nativeClient' | 'outdatedBrowser' | 'outdatedOperatingSystem';

export type UserAgentFacts = {
  readonly userAgentTags: UserAgentTag[];
  readonly deviceType: 'pc' | 'mobile' | 'tablet' | 'other';
  readonly clientApp: 'browser' | 'mobileDesktop';
};

/** Raw header values. */
export type ClientHints = {
  /** Sec-CH-UA, `"Chromium";v="150", "Google Chrome";v="150", "Not A Brand";v="99"`. */
  readonly brands?: string | undefined;
  /** Sec-CH-UA-Mobile, `?1`. */
  readonly mobile?: string | undefined;
  /** Sec-CH-UA-Platform, `"Windows"`. */
  readonly platform?: string | undefined;
  /** Sec-CH-UA-Platform-Version, `"15.0.0"`. */
  readonly platformVersion?: string | undefined;
};

type Parsed = ReturnType<typeof Bowser.parse>;

const major = (version: string | undefined): number | undefined => {
  const number = Number.parseInt(version ?? '', 10);
  return Number.isNaN(number) ? undefined : number;
};

/** Longest text that is looked at: real agents have some 250 characters, and patterns shall meet a bounded one. */
const mostCharacters = 1024;

/** Control characters cannot reach us in a header; in any other way in they are blanks. */
const readable = (text: string | undefined): string => (text ?? '').slice(0, mostCharacters).replace(/\p{Cc}/gu, ' ');

const isOld = (name: string, version: number | undefined): boolean => {
  const oldest = Object.hasOwn(oldestBrowsers, name) ? oldestBrowsers[name] : undefined;
  return oldest !== undefined && version !== undefined && version < oldest;
};

const brandNames: Readonly<Record<string, string>> = { 'Google Chrome': 'Chrome', Chromium: 'Chromium' };

/** Old by the user agent or by a hint: a client that contradicts itself gets the worse of both. */
const isOutdatedBrowser = ({ browser }: Parsed, hints: ClientHints): boolean => {
  if (deadBrowsers.has(browser.name ?? '')) return true;
  const hinted = [...(hints.brands ?? '').matchAll(/"([^"]{1,64})";\s?v="(\d{1,6})/g)];
  return (
    isOld(browser.name ?? '', major(browser.version)) ||
    hinted.some(([, name = '', version]) => isOld(brandNames[name] ?? name, major(version)))
  );
};

/** User agent reduction writes `Android 10; K` whatever the phone runs: only the hint knows. */
const androidVersion = (version: string | undefined, userAgent: string, hinted: number | undefined) =>
  hinted ?? (/\bAndroid 10; K\b/.test(userAgent) ? undefined : major(version));

/** Named instead of numbered; programs also write `Windows 10` without NT. */
const deadWindows = /\bWin(?:dows)? ?(?:9[58x]|ME|CE|2000|XP|Vista|[78](?:\.1)?)\b/i;

const isOutdatedSystem = ({ os }: Parsed, userAgent: string, hints: ClientHints): boolean => {
  const hinted = major(hints.platformVersion?.replaceAll('"', ''));
  // Windows 7 and 8 send platform version 0 (UA-CH).
  if (os.name === 'Windows' && hinted === 0) return true;
  const nt = /Windows NT (\d+)/.exec(userAgent)?.[1];
  if (os.name === 'Windows')
    return nt !== undefined ? Number(nt) < (oldestSystems.Windows ?? 0) : deadWindows.test(userAgent);
  if (os.name === 'macOS') return /Mac OS X 10[._](?:[0-9]|1[0-4])(?:\D|$)/.test(userAgent);
  const oldest = Object.hasOwn(oldestSystems, os.name ?? '') ? oldestSystems[os.name ?? ''] : undefined;
  const version = os.name === 'Android' ? androidVersion(os.version, userAgent, hinted) : major(os.version);
  return oldest !== undefined && version !== undefined && version < oldest;
};

const deviceType = ({ platform, os }: Parsed, userAgent: string, hints: ClientHints): UserAgentFacts['deviceType'] => {
  if (platform.type === 'tablet') return 'tablet';
  if (platform.type === 'mobile' || hints.mobile === '?1') return 'mobile';
  if (platform.type === 'desktop') return 'pc';
  // Native clients name their system in ways the parser does not know: `Outlook-iOS/2.0`.
  if (/\b(?:iOS|Android|iPhone)\b/.test(userAgent)) return 'mobile';
  if (/^(?:Windows|macOS|Linux|Chrome OS)$/.test(os.name ?? '')) return 'pc';
  return /^"?(?:Windows|macOS|Linux|Chrome OS|Chromium OS)"?$/.test(hints.platform ?? '') ? 'pc' : 'other';
};

/** Brands of browser engines inside programs; these programs send the user agent of a browser. */
const embeddedEngine = /"(?:Microsoft Edge WebView2|Android WebView|Electron)"/;

const isNative = (userAgent: string, hints: ClientHints): boolean =>
  embeddedEngine.test(hints.brands ?? '') ||
  // Every browser says Mozilla/5.0 (Opera's old ones, Opera/9); what does not is a program.
  nativeClients.some(([pattern]) => pattern.test(userAgent)) ||
  !/^(?:Mozilla|Opera)\//.test(userAgent);

const bounded = (hints: ClientHints): ClientHints => ({
  brands: readable(hints.brands),
  mobile: hints.mobile === undefined ? undefined : readable(hints.mobile),
  platform: hints.platform === undefined ? undefined : readable(hints.platform),
  platformVersion: hints.platformVersion === undefined ? undefined : readable(hints.platformVersion),
});

/**
 * Facts of a client, from its first 1,024 characters: linear in what arrives. No User-Agent at all is a program that
 * hides its name: native, device `other`. Everything here can be spoofed; block on it only together with other facts.
 */
export const userAgentFacts = (userAgent: string | undefined, clientHints: ClientHints = {}): UserAgentFacts => {
  const text = readable(userAgent);
  if (text.trim() === '') return { userAgentTags: ['nativeClient'], deviceType: 'other', clientApp: 'mobileDesktop' };
  const hints = bounded(clientHints);
  const parsed = Bowser.parse(text);
  const native = isNative(text, hints);
  const userAgentTags: UserAgentTag[] = [];
  if (native) userAgentTags.push('nativeClient');
  if (!native && isOutdatedBrowser(parsed, hints)) userAgentTags.push('outdatedBrowser');
  if (isOutdatedSystem(parsed, text, hints)) userAgentTags.push('outdatedOperatingSystem');
  return {
    userAgentTags,
    deviceType: deviceType(parsed, text, hints),
    clientApp: native ? 'mobileDesktop' : 'browser',
  };
};
