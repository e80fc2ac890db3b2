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

const isOutdatedBrowser = ({ browser }: Parsed): boolean => {
  if (deadBrowsers.has(browser.name ?? '')) return true;
  const oldest = oldestBrowsers[browser.name ?? ''];
  const version = major(browser.version);
  return oldest !== undefined && version !== undefined && version < oldest;
};

const isOutdatedSystem = ({ os }: Parsed, userAgent: string, hints: ClientHints): boolean => {
  const hinted = major(hints.platformVersion?.replaceAll('"', ''));
  // Windows 7 and 8 send platform version 0 (UA-CH).
  if (os.name === 'Windows' && hinted === 0) return true;
  const nt = /Windows NT (\d+)/.exec(userAgent)?.[1];
  if (os.name === 'Windows') return nt !== undefined ? Number(nt) < (oldestSystems.Windows ?? 0) : true;
  if (os.name === 'macOS') return /Mac OS X 10[._](?:[0-9]|1[0-4])(?:\D|$)/.test(userAgent);
  const oldest = oldestSystems[os.name ?? ''];
  const version = (os.name === 'Android' ? hinted : undefined) ?? major(os.version);
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

const isNative = (userAgent: string): boolean =>
  // Every browser says Mozilla/5.0 (Opera's old ones, Opera/9); what does not is a program.
  nativeClients.some(([pattern]) => pattern.test(userAgent)) || !/^(?:Mozilla|Opera)\//.test(userAgent);

/** Facts of a client. No User-Agent at all is a program that hides its name: native, device `other`. */
export const userAgentFacts = (userAgent: string | undefined, clientHints: ClientHints = {}): UserAgentFacts => {
  const text = (userAgent ?? '').slice(0, 1024);
  if (text.trim() === '') return { userAgentTags: ['nativeClient'], deviceType: 'other', clientApp: 'mobileDesktop' };
  const parsed = Bowser.parse(text);
  const native = isNative(text);
  const userAgentTags: UserAgentTag[] = [];
  if (native) userAgentTags.push('nativeClient');
  if (!native && isOutdatedBrowser(parsed)) userAgentTags.push('outdatedBrowser');
  if (isOutdatedSystem(parsed, text, clientHints)) userAgentTags.push('outdatedOperatingSystem');
  return {
    userAgentTags,
    deviceType: deviceType(parsed, text, clientHints),
    clientApp: native ? 'mobileDesktop' : 'browser',
  };
};
