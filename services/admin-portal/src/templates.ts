// Policies to start from. Each is complete and valid as it stands, and starts in report-only.
import { type Policy, policySchema } from '@gatehouse/contracts/policy';
import type { z } from 'zod';

export type Template = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly policy: Policy;
};

const unmanaged = {
  field: 'device.tags',
  operator: 'doesNotEqual',
  values: ['compliant', 'domainJoined', 'validClientCertificate'],
} as const;
const downloads = { field: 'activity.type', operator: 'equals', values: ['download'] } as const;

type Written = z.input<typeof policySchema>;

function template(id: string, description: string, written: Written): Template {
  const policy = policySchema.parse({ state: 'reportOnly', ...written });
  return { id, title: policy.name, description, policy };
}

const downloadControl = { kind: 'SessionPolicy', controlType: 'monitorAndControlDownload' } as const;

export const templates: readonly Template[] = [
  template('block-downloads-unmanaged', 'Files stay in the app on devices nobody manages.', {
    ...downloadControl,
    name: 'Block downloads on unmanaged devices',
    severity: 'high',
    activity: [downloads, unmanaged],
    action: { type: 'block', message: '{fileName} can be downloaded from {appName} on a managed device only.' },
    alerts: { enabled: true },
  }),
  template('block-access-unmanaged', 'Only managed devices get into the apps at all.', {
    kind: 'AccessPolicy',
    name: 'Block access from unmanaged devices',
    severity: 'high',
    activity: [unmanaged],
    action: { type: 'block', message: 'Use a managed device to open {appName}.' },
    alerts: { enabled: true },
  }),
  template('block-ssn', 'Documents with US social security numbers are replaced, wherever they go.', {
    ...downloadControl,
    name: 'Block downloads with social security numbers',
    severity: 'high',
    activity: [downloads],
    inspection: { types: [{ id: 'us-ssn' }] },
    action: { type: 'block', message: '{fileName} holds personal numbers and must stay in {appName}. {reference}' },
    alerts: { enabled: true },
  }),
  template('block-payment-cards', 'Ten or more different card numbers in one file are a data leak.', {
    ...downloadControl,
    name: 'Block downloads with many payment cards',
    severity: 'high',
    activity: [downloads],
    inspection: { types: [{ id: 'payment-card', minInstances: 10 }] },
    action: { type: 'block', message: '{fileName} holds payment card numbers and must stay in {appName}.' },
    alerts: { enabled: true },
  }),
  template('block-secrets', 'Private keys and access keys do not leave through a browser.', {
    ...downloadControl,
    name: 'Block downloads with keys and secrets',
    severity: 'high',
    activity: [downloads],
    inspection: { types: [{ id: 'private-key' }, { id: 'aws-key' }] },
    action: { type: 'block' },
    alerts: { enabled: true },
  }),
  template('block-native-clients', 'Apps on the desktop or phone bypass session control; browsers do not.', {
    kind: 'AccessPolicy',
    name: 'Block native apps',
    severity: 'medium',
    activity: [{ field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] }],
    action: { type: 'block', message: 'You must use a web browser to access this app' },
  }),
  template('block-risky-addresses', 'Nobody signs in from anonymous networks.', {
    kind: 'AccessPolicy',
    name: 'Block access from risky addresses',
    severity: 'high',
    activity: [
      {
        any: [
          { field: 'ip.category', operator: 'equals', values: ['risky'] },
          { field: 'ip.tags', operator: 'equals', values: ['tor', 'anonymousProxy', 'botnet'] },
        ],
      },
    ],
    action: { type: 'block' },
    alerts: { enabled: true },
  }),
  template('block-executables', 'Programs are not fetched through business apps, whatever they are named.', {
    ...downloadControl,
    name: 'Block downloads of programs',
    severity: 'medium',
    activity: [downloads],
    files: [{ field: 'file.type', operator: 'equals', values: ['executable'] }],
    action: { type: 'block' },
  }),
  template('block-spreadsheets-off-network', 'Lists of customers and figures stay inside the corporate network.', {
    ...downloadControl,
    name: 'Block spreadsheets outside the corporate network',
    severity: 'medium',
    activity: [downloads, { field: 'ip.category', operator: 'doesNotEqual', values: ['corporate'] }],
    files: [{ field: 'file.type', operator: 'equals', values: ['spreadsheet'] }],
    action: { type: 'block' },
    alerts: { enabled: true },
  }),
  template('block-disguised-files', 'A file whose content is not what its name says is held back.', {
    ...downloadControl,
    name: 'Block files with a false extension',
    severity: 'medium',
    activity: [downloads],
    files: [{ field: 'file.typeMismatch', operator: 'equals', values: [true] }],
    action: { type: 'block' },
  }),
  template('watch-outdated', 'See who works with browsers and systems that get no more updates.', {
    kind: 'SessionPolicy',
    controlType: 'monitor',
    name: 'Watch outdated browsers and systems',
    severity: 'low',
    activity: [{ field: 'userAgent.tags', operator: 'equals', values: ['outdatedBrowser', 'outdatedOperatingSystem'] }],
    action: { type: 'allow' },
  }),
  template('monitor-all', 'Record everything, change nothing: the place to start.', {
    kind: 'SessionPolicy',
    controlType: 'monitor',
    name: 'Monitor all activities',
    severity: 'low',
    action: { type: 'allow' },
  }),
];
