// The what-if form as text fields of the URL, and the question it asks.
import type { DecisionRequest } from '@gatehouse/contracts/decision';

/** Every field of the form; lists hold several values. */
export type WhatIfFields = {
  readonly activity: string;
  readonly app: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly deviceTags: readonly string[];
  readonly ip: string;
  readonly country: string;
  readonly userAgent: string;
  readonly fileName: string;
  readonly fileType: string;
  readonly fileSize: string;
  /** What would be learned of the file; `open`: it was not looked at yet. */
  readonly looked: 'open' | 'looked';
  readonly labels: readonly string[];
  readonly findings: readonly string[];
};

export const emptyFields: WhatIfFields = {
  activity: 'download',
  app: '',
  user: '',
  groups: [],
  deviceTags: [],
  ip: '203.0.113.9',
  country: '',
  userAgent: '',
  fileName: '',
  fileType: '',
  fileSize: '',
  looked: 'looked',
  labels: [],
  findings: [],
};

const lists = ['groups', 'deviceTags', 'labels', 'findings'] as const;

/** The form as it stands in the query of the URL. */
export function fieldsOf(params: URLSearchParams): WhatIfFields {
  const read = Object.keys(emptyFields).map((key) => {
    if ((lists as readonly string[]).includes(key)) return [key, params.getAll(key)];
    return [key, params.get(key) ?? emptyFields[key as keyof WhatIfFields]];
  });
  return Object.fromEntries(read) as WhatIfFields;
}

/** Body of `POST /what-if`. */
export function requestOf(fields: WhatIfFields) {
  const { activity, app, user, groups, deviceTags, ip, country, userAgent } = fields;
  const access = activity === 'login';
  const given = { ...(country ? { country: country.toUpperCase() } : {}), ...(userAgent ? { userAgent } : {}) };
  return {
    scope: access ? ('access' as const) : ('session' as const),
    subject: { type: 'user' as const, id: user, properties: { groups: [...groups], deviceTags: [...deviceTags] } },
    action: { name: activity },
    resource: {
      type: 'app' as const,
      id: app,
      properties: { host: app, ...(activity === 'download' ? { file: fileOf(fields) } : {}) },
    },
    context: { ip, ...given },
  };
}

function fileOf({ fileName, fileType, fileSize, looked, labels, findings }: WhatIfFields) {
  const extension = /\.([^.\s/\\]{1,32})$/.exec(fileName)?.[1];
  const pending = { state: 'pending' as const };
  const matches = findings.map((type) => ({ type, instances: { 65: 1, 75: 1, 85: 1 } }));
  return {
    ...(fileName ? { name: fileName } : {}),
    extensions: extension === undefined ? [] : [extension.toLowerCase()],
    types: fileType ? [fileType] : [],
    size: fileSize === '' ? pending : { state: 'known' as const, bytes: Number(fileSize) },
    label: looked === 'open' ? pending : { state: 'known' as const, labels: [...labels] },
    content: looked === 'open' ? pending : { state: 'known' as const, matches },
    malware: looked === 'open' ? pending : { state: 'known' as const, infected: false },
  };
}

/** A recorded case as the fields it would take to ask for it again. */
export function fieldsOfCase({ subject, action, resource, context }: DecisionRequest): WhatIfFields {
  const { file } = resource.properties;
  const known = file?.content.state === 'known' || file?.label.state === 'known';
  return {
    activity: action.name,
    app: resource.id,
    user: subject.id,
    groups: subject.properties.groups,
    deviceTags: subject.properties.deviceTags,
    ip: context.ip,
    country: context.country ?? '',
    userAgent: context.userAgent ?? '',
    fileName: file?.name ?? '',
    fileType: file?.types[0] ?? '',
    fileSize: file?.size.state === 'known' ? String(file.size.bytes) : '',
    looked: known ? 'looked' : 'open',
    labels: file?.label.state === 'known' ? file.label.labels : [],
    findings: file?.content.state === 'known' ? file.content.matches.map(({ type }) => type) : [],
  };
}
