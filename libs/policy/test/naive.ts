// A second evaluator, written from the text of the specification (section 3, "Policy model", and "Cannot scan") with no
// thought of speed and nothing of the first one's code. Property tests let the two disagree.
import type { DecisionRequest } from '@gatehouse/contracts/decision';
import type { Filter, FilterRow, Policy, SessionPolicy } from '@gatehouse/contracts/policy';
import { addressIn, canonical } from './naive-address.ts';

type Value = string | number | boolean;
type Answer = 'yes' | 'no' | 'unknown';
/** What is known of a field: its values (none: absent), and whether more could be there that nobody could look for. */
type Known = { readonly values: readonly Value[]; readonly more: boolean };

export type NaivePolicy = { readonly id: string; readonly policy: Policy };
export type NaiveMatch = { readonly name: string; readonly action: string; readonly result: string };
export type NaiveVerdict = {
  readonly action: string;
  readonly reason: string;
  readonly matched: readonly NaiveMatch[];
  readonly reportOnly: readonly NaiveMatch[];
  readonly message: string | undefined;
  readonly label: string | undefined;
};

const lower = (value: Value) => String(value).normalize('NFC').toLowerCase();
const wordsOf = (value: Value) =>
  lower(value)
    .split(/[\s,.\-_]/u)
    .filter(Boolean);

function fieldOf(
  field: string,
  { subject, action, resource, context }: DecisionRequest,
  ignoreFindings: boolean,
): Known {
  const only = (...values: (Value | undefined)[]): Known => {
    return { values: values.filter((one): one is Value => one !== undefined && one !== ''), more: false };
  };
  const file = resource.properties.file;
  const lost = { values: [], more: true };
  switch (field) {
    case 'app':
      return only(resource.id);
    case 'activity.type':
      return only(action.name);
    case 'user.name':
      return only(subject.id);
    case 'user.domain':
      return only(subject.id.includes('@') ? subject.id.split('@').at(-1) : undefined);
    case 'user.group':
      return only(...subject.properties.groups);
    case 'device.tags':
      return only(...subject.properties.deviceTags);
    case 'device.type':
      return only(context.deviceType ?? 'other');
    case 'location.country':
      return only(context.country);
    case 'ip.address':
      return only(canonical(context.ip));
    case 'ip.category':
      return only(context.ipCategory);
    case 'ip.tags':
      return only(...context.ipTags);
    case 'ip.isp':
      return only(context.isp);
    case 'userAgent.tags':
      return only(...context.userAgentTags);
    case 'userAgent.raw':
      return only(context.userAgent);
    case 'clientApp':
      return only(context.clientApp);
    case 'file.name':
      return only(file?.name);
    case 'file.extension':
      return only(...(file?.extensions ?? []));
    case 'file.type':
      return only(...(file?.types.length ? file.types : ['other']));
    case 'file.typeMismatch':
      return only(file?.typeMismatch ?? false);
    case 'file.size':
      return file?.size.state === 'known' ? only(file.size.bytes) : lost;
    case 'file.label':
      return file?.label.state === 'known' ? only(...file.label.labels) : lost;
    case 'file.malware':
      return file?.malware.state === 'known' ? only(file.malware.infected) : lost;
    case 'file.content': {
      if (file === undefined || file.content.state === 'pending') return lost;
      const found = file.content.matches.filter(({ instances }) => instances[75] > 0 || instances[85] > 0);
      const more = file.content.state === 'unscannable';
      return { values: more && ignoreFindings ? [] : found.map(({ type }) => type), more };
    }
    default:
      throw new Error(`no field ${field}`);
  }
}

function valueHits(field: string, operator: string, wanted: Value, seen: Value): boolean {
  switch (operator) {
    case 'equals':
      if (field === 'ip.address') return canonical(String(wanted)) === seen;
      if (field === 'file.extension') return lower(wanted).replace(/^\./, '') === lower(seen);
      return lower(wanted) === lower(seen);
    case 'contains': {
      const quoted = /^"(.+)"$/.exec(String(wanted));
      if (!quoted) return wordsOf(wanted).every((word) => wordsOf(seen).includes(word));
      const escaped = lower(quoted[1]!).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`(^|[\\s,.\\-_])${escaped}($|[\\s,.\\-_])`, 'u').test(lower(seen));
    }
    case 'startsWith':
      return lower(seen).startsWith(lower(wanted));
    case 'endsWith':
      return lower(seen).endsWith(lower(wanted));
    case 'inRange':
      return addressIn(String(seen), String(wanted));
    case 'greaterThan':
      return Number(seen) > bytes(wanted);
    case 'lessThan':
      return Number(seen) < bytes(wanted);
    default:
      throw new Error(`no operator ${operator}`);
  }
}

function bytes(value: Value): number {
  const [amount = '', unit = ''] = String(value).split(' ');
  return Number(amount) * ({ KiB: 1024, MiB: 1024 * 1024 }[unit] ?? 1);
}

const opposite = (answer: Answer): Answer => (answer === 'unknown' ? answer : answer === 'yes' ? 'no' : 'yes');

function judgeRow({ field, operator, values }: FilterRow, request: DecisionRequest, ignoreFindings: boolean): Answer {
  const negatives: Readonly<Record<string, FilterRow['operator']>> = {
    doesNotEqual: 'equals',
    doesNotContain: 'contains',
    isNotSet: 'isSet',
  };
  const positive = negatives[operator];
  if (positive) return opposite(judgeRow({ field, operator: positive, values }, request, ignoreFindings));
  const known = fieldOf(field, request, ignoreFindings);
  const hit =
    operator === 'isSet'
      ? known.values.length > 0
      : known.values.some((seen) => values.some((wanted) => valueHits(field, operator, wanted, seen)));
  return hit ? 'yes' : known.more ? 'unknown' : 'no';
}

function both(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

const either = (answers: readonly Answer[]) => opposite(both(answers.map(opposite)));

function judge(filter: Filter, request: DecisionRequest, ignore: boolean): Answer {
  if ('any' in filter) return either(filter.any.map((one) => judge(one, request, ignore)));
  if ('all' in filter) return both(filter.all.map((one) => judge(one, request, ignore)));
  if ('not' in filter) return opposite(judge(filter.not, request, ignore));
  return judgeRow(filter, request, ignore);
}

function judgeInspection({ inspection }: SessionPolicy, request: DecisionRequest, ignore: boolean): Answer {
  if (inspection === undefined) return 'yes';
  const content = request.resource.properties.file?.content;
  const finished = content?.state === 'known';
  const matches = content && content.state !== 'pending' && (finished || !ignore) ? content.matches : [];
  const has = (id: string, least: number, confidence: 65 | 75 | 85): Answer => {
    const found = matches.find((match) => lower(match.type) === lower(id));
    const counts = ([65, 75, 85] as const)
      .filter((level) => level >= confidence)
      .map((level) => found?.instances[level]);
    return counts.some((count) => (count ?? 0) >= least) ? 'yes' : finished ? 'no' : 'unknown';
  };
  const wanted = inspection.types.map(({ id, minInstances, minConfidence }) => has(id, minInstances, minConfidence));
  const excluded = either(inspection.exclude.map((id) => has(id, 1, 65)));
  return both([inspection.match === 'all' ? both(wanted) : either(wanted), opposite(excluded)]);
}

function judgePolicy(policy: Policy, request: DecisionRequest, ignore: boolean): Answer {
  const access = request.scope === 'access';
  if (access !== (policy.kind === 'AccessPolicy') || policy.state === 'disabled') return 'no';
  if (policy.kind === 'AccessPolicy') return both(policy.activity.map((one) => judge(one, request, ignore)));
  const onFiles = ['download', 'viewFile'].includes(request.action.name);
  if (policy.controlType === 'monitorAndControlDownload' && !onFiles) return 'no';
  const rows = [...policy.activity, ...policy.files].map((one) => judge(one, request, ignore));
  return both([...rows, judgeInspection(policy, request, ignore)]);
}

type Effect = { readonly id: string; readonly policy: Policy; readonly action: string; readonly reason: string };

/** The one reason for which facts of this file could not be learned. */
function lostBecause({ resource }: DecisionRequest) {
  const { label, content, malware } = resource.properties.file ?? {};
  for (const fact of [content, label, malware]) if (fact?.state === 'unscannable') return fact.reason;
  throw new Error('nothing was lost');
}

const upperSnake = (word: string) => word.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

function effectOf({ id, policy }: NaivePolicy, request: DecisionRequest): Effect[] {
  const answer = judgePolicy(policy, request, false);
  if (answer === 'no') return [];
  const own = policy.action.type;
  if (answer === 'yes') {
    const infected = fieldOf('file.malware', request, false).values.includes(true) && namesMalware(policy);
    return [{ id, policy, action: own, reason: infected ? 'MALWARE' : 'POLICY' }];
  }
  const lost = lostBecause(request);
  const cell = policy.kind === 'SessionPolicy' ? policy.unscannable[lost] : 'block';
  const action = cell === 'block' ? 'block' : cell === 'allowAndAlert' ? 'allow' : own;
  return [{ id, policy, action, reason: `UNSCANNABLE_${upperSnake(lost)}` }];
}

function namesMalware(policy: Policy): boolean {
  return JSON.stringify(policy).includes('"field":"file.malware","operator":"equals","values":[true]');
}

const order = ['block', 'stepUp', 'protect', 'coach', 'allow'];
const severity = { low: 0, medium: 1, high: 2 };

/** The verdict of the model, before any thought of which actions can be enforced today. */
export function naiveVerdict(
  policies: readonly NaivePolicy[],
  request: DecisionRequest,
  priorities: Readonly<Record<string, number>>,
): NaiveVerdict {
  const priority = (effect: Effect) =>
    effect.action === 'protect' ? (priorities[effect.policy.action.label ?? ''] ?? 0) : 0;
  const all = policies.flatMap((one) => effectOf(one, request));
  all.sort((a, b) => {
    if (a.action !== b.action) return order.indexOf(a.action) - order.indexOf(b.action);
    if (priority(a) !== priority(b)) return priority(b) - priority(a);
    if (a.policy.severity !== b.policy.severity) return severity[b.policy.severity] - severity[a.policy.severity];
    return a.policy.name < b.policy.name ? -1 : 1;
  });
  const enforced = all.filter(({ policy }) => policy.state === 'enabled');
  const [winner] = enforced;
  const protecting = enforced.find(({ action }) => action === 'protect');
  const protects = winner && ['protect', 'stepUp'].includes(winner.action) && protecting;
  const verdict = {
    action: winner?.action ?? 'allow',
    reason: winner?.reason ?? 'NO_MATCH',
    matched: withResults(enforced),
    reportOnly: withResults(all).filter((_, at) => all[at]!.policy.state === 'reportOnly'),
    message: winner && winner.action !== 'allow' ? winner.policy.action.message : undefined,
    label: protects ? protecting.policy.action.label : undefined,
  };
  const wanted = policies.some(
    ({ policy }) => policy.state === 'enabled' && judgePolicy(policy, request, true) === 'unknown',
  );
  const withheld = verdict.action === 'block' || verdict.label !== undefined;
  if (request.resource.properties.strictMode !== true || !wanted || withheld) return verdict;
  return { ...verdict, action: 'block', reason: 'STRICT_MODE', message: undefined };
}

function withResults(effects: readonly Effect[]): NaiveMatch[] {
  const [winner] = effects;
  const protecting = effects.find(({ action }) => action === 'protect');
  return effects.map((effect) => {
    const { policy, action } = effect;
    const same = action === winner?.action && action !== 'protect';
    const beside = winner?.action === 'stepUp' && effect === protecting;
    const result = effect === winner ? 'won' : same || beside ? 'composed' : 'overridden';
    return { name: policy.name, action, result };
  });
}
