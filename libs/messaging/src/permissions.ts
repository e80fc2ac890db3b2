// What each service may do on NATS, and the server's configuration made from it. Nothing else is allowed.
import { activityRecorded } from '@gatehouse/contracts/activity';
import {
  catalogueBucket,
  catalogueChanged,
  discoveredDomainsBucket,
  policyChanged,
} from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import type { BucketDefinition, EventDefinition, RequestDefinition } from '@gatehouse/contracts/definition';
import { deviceJudge, revocationsBucket } from '@gatehouse/contracts/device';
import { fileOpened, fileProtected } from '@gatehouse/contracts/files';
import { inspectionOpen, protectionOpen } from '@gatehouse/contracts/inspection';
import { interruptionOpen, interruptionPass } from '@gatehouse/contracts/interruption';
import { decisionPreview } from '@gatehouse/contracts/preview';
import {
  accessRequestDecide,
  accessRequestList,
  fileList,
  fileRevoke,
  keyCurrent,
} from '@gatehouse/contracts/protected-file';
import {
  activityCount,
  activityGet,
  activityList,
  activityVerify,
  alertGet,
  alertLink,
  alertList,
  alertUndo,
  alertUpdate,
  channelTest,
  recipientList,
  recipientPrefer,
} from '@gatehouse/contracts/queries';
import { activityReplayPage, decisionReplay } from '@gatehouse/contracts/replay';
import { sessionEnded, sessionStarted, sessionsBucket } from '@gatehouse/contracts/session';
import {
  providerInsight,
  sessionList,
  sessionRedeem,
  sessionRevoke,
  sessionRotate,
  sessionTouch,
} from '@gatehouse/contracts/session-control';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { consumers } from './topology.ts';

type Role = {
  readonly serves?: readonly RequestDefinition[];
  readonly requests?: readonly RequestDefinition[];
  readonly publishes?: readonly EventDefinition[];
  readonly reads?: readonly BucketDefinition[];
  readonly writes?: readonly BucketDefinition[];
};

const roles = {
  'proxy-edge': {
    requests: [
      ...[decisionEvaluate, inspectionOpen, protectionOpen, sessionRedeem, sessionRotate, sessionTouch],
      ...[deviceJudge, interruptionOpen, interruptionPass],
    ],
    publishes: [activityRecorded],
    reads: [sessionsBucket, catalogueBucket, snapshotBucket, revocationsBucket, discoveredDomainsBucket],
    writes: [discoveredDomainsBucket],
  },
  'sign-in': {
    serves: [
      sessionList,
      sessionRevoke,
      sessionRedeem,
      sessionRotate,
      sessionTouch,
      deviceJudge,
      providerInsight,
      interruptionOpen,
      interruptionPass,
    ],
    requests: [decisionEvaluate],
    publishes: [activityRecorded, sessionStarted, sessionEnded],
    reads: [sessionsBucket, catalogueBucket, snapshotBucket, revocationsBucket],
    writes: [sessionsBucket, revocationsBucket],
  },
  'policy-decision': {
    serves: [decisionEvaluate, decisionPreview, decisionReplay],
    requests: [activityReplayPage],
    reads: [snapshotBucket],
    writes: [snapshotBucket],
  },
  'dlp-scanner': { serves: [inspectionOpen] },
  labeler: {
    serves: [protectionOpen],
    requests: [keyCurrent],
    publishes: [fileProtected],
    reads: [catalogueBucket],
  },
  'key-access': {
    serves: [keyCurrent, fileList, fileRevoke, accessRequestList, accessRequestDecide],
    requests: [decisionEvaluate],
    publishes: [fileOpened, activityRecorded],
    reads: [catalogueBucket],
  },
  'activity-log': { serves: [activityList, activityGet, activityCount, activityReplayPage, activityVerify] },
  'alert-notifier': {
    serves: [alertList, alertGet, alertUpdate, alertUndo, alertLink, recipientList, recipientPrefer, channelTest],
    reads: [snapshotBucket],
  },
  'admin-portal': {
    requests: [
      ...[activityList, activityGet, activityCount, alertList, alertGet, alertUpdate, channelTest],
      ...[activityVerify, alertUndo, alertLink, recipientList, recipientPrefer],
      ...[sessionList, sessionRevoke, decisionPreview, decisionReplay, providerInsight],
      ...[fileList, fileRevoke, accessRequestList, accessRequestDecide],
    ],
    publishes: [policyChanged, catalogueChanged, activityRecorded],
    reads: [catalogueBucket, snapshotBucket, revocationsBucket, discoveredDomainsBucket],
    writes: [catalogueBucket],
  },
} as const satisfies Readonly<Record<string, Role>>;

export type ServiceName = keyof typeof roles;

/** Every service that connects to NATS; its user has the same name. */
export const serviceNames = Object.keys(roles) as readonly ServiceName[];

/** The user that makes streams, buckets and consumers; it alone has full rights. */
export const provisionUser = 'provision';

export type Permissions = { readonly publish: readonly string[]; readonly subscribe: readonly string[] };

/** The subjects a service needs, and no other. Answers to requests are allowed by `allow_responses`. */
export function permissionsOf(service: ServiceName): Permissions {
  const role: Role = roles[service];
  const consumed = consumers.filter((consumer) => consumer.durable === service);
  return {
    publish: [
      ...(role.requests ?? []).map((request) => request.subject),
      ...(role.publishes ?? []).map((event) => event.subject),
      ...consumed.flatMap(consumeSubjects),
      ...(role.reads ?? []).flatMap(readSubjects),
      ...(role.writes ?? []).flatMap(writeSubjects),
    ].filter((subject, at, all) => all.indexOf(subject) === at),
    subscribe: [`_INBOX.${service}.>`, ...(role.serves ?? []).map(({ subject }) => `${subject} ${subject}`)],
  };
}

function consumeSubjects({ event: { stream }, durable }: (typeof consumers)[number]): string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
    `$JS.ACK.${stream}.${durable}.>`,
    `dead-letter.${durable}`,
  ];
}

/** Reading one key, and watching all with a consumer that lives as long as the connection. */
function readSubjects({ bucket }: BucketDefinition): string[] {
  const stream = `KV_${bucket}`;
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.>`,
    `$JS.API.CONSUMER.INFO.${stream}.>`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}

function writeSubjects({ bucket }: BucketDefinition): string[] {
  return [`$JS.API.STREAM.INFO.KV_${bucket}`, `$KV.${bucket}.>`];
}

export type NatsConfOptions = {
  /** Folder of JetStream's files. */
  readonly storeDir: string;
  /** A password, or `$NAME` for a variable of the server's environment. */
  readonly passwordOf: (user: string) => string;
};

/** The configuration of nats-server: one user per service with its permissions, JetStream, larger messages. */
export function natsConf(options: NatsConfOptions): string {
  const password = (user: string) => {
    const text = options.passwordOf(user);
    return /^\$[A-Z0-9_]+$/.test(text) ? text : JSON.stringify(text);
  };
  const users = serviceNames.map((name) => {
    const { publish, subscribe } = permissionsOf(name);
    return `    {
      user: ${JSON.stringify(name)}, password: ${password(name)}
      permissions: {
        publish: { allow: ${list(publish)} }
        subscribe: { allow: ${list(subscribe)} }
        allow_responses: true
      }
    }`;
  });
  return `# Generated from libs/messaging/src/permissions.ts by \`npm run generate\`: change it there.
max_payload: 8MB
jetstream: { store_dir: ${JSON.stringify(options.storeDir)} }
authorization: {
  users: [
    { user: ${JSON.stringify(provisionUser)}, password: ${password(provisionUser)} }
${users.join('\n')}
  ]
}
`;
}

function list(subjects: readonly string[]): string {
  return subjects.length === 0
    ? '[]'
    : `[\n${subjects.map((subject) => `          ${JSON.stringify(subject)}`).join('\n')}\n        ]`;
}
