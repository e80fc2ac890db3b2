// The words of the field: values that filters, activities and screens share.
import { z } from 'zod';

export const severities = ['low', 'medium', 'high'] as const;
export const severitySchema = z.enum(severities);
export type Severity = z.infer<typeof severitySchema>;

/** Most restrictive first: the first of these among all matched policies wins. */
export const actionTypes = ['block', 'stepUp', 'protect', 'coach', 'allow'] as const;
export const actionTypeSchema = z.enum(actionTypes);
export type ActionType = z.infer<typeof actionTypeSchema>;

export const activityTypes = [
  'login',
  'logout',
  'navigate',
  'viewFile',
  'download',
  'upload',
  'copy',
  'cut',
  'paste',
  'print',
  'send',
] as const;

export const deviceTags = ['compliant', 'domainJoined', 'validClientCertificate'] as const;
export const deviceTypes = ['pc', 'mobile', 'tablet', 'other'] as const;
export const ipCategories = ['corporate', 'administrative', 'risky', 'vpn', 'cloudProvider', 'other'] as const;
export const builtInIpTags = ['anonymousProxy', 'tor', 'botnet', 'malwareCnc', 'darknetScanning', 'satellite'] as const;
export const userAgentTags = ['nativeClient', 'outdatedBrowser', 'outdatedOperatingSystem'] as const;
export const clientApps = ['browser', 'mobileDesktop'] as const;
export const fileTypes = [
  'document',
  'presentation',
  'spreadsheet',
  'text',
  'image',
  'archive',
  'executable',
  'other',
] as const;

export const appliedActions = [
  'none',
  'allow',
  'coachShown',
  'coachAccepted',
  'coachDeclined',
  'stepUpRequired',
  'stepUpPassed',
  'stepUpFailed',
  'protect',
  'protectFailed',
  'block',
  'redirectToProxy',
  'redirectDirect',
  'bypass',
  'defaultAllow',
  'defaultBlock',
] as const;
export const appliedActionSchema = z.enum(appliedActions);
export type AppliedAction = z.infer<typeof appliedActionSchema>;

/** How strongly a control holds: on the server, in the page only, or as well as can be. */
export const enforcementLevels = ['server', 'client', 'bestEffort'] as const;
export const enforcementLevelSchema = z.enum(enforcementLevels);

/** `GH-7K3M-9QXT`: the public handle of a decision. Crockford base32 without I, L, O, U. */
export const referenceIdSchema = z.string().regex(/^GH-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);

export const defaultBehaviours = ['block', 'allow'] as const;
