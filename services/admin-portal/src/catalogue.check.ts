// What an object of the catalogue must hold beyond its shape. Pure: others are arguments; answers name every bad field.
import type { App, Assignment, IpRange, Settings } from '@gatehouse/contracts/catalogue';
import { inRanges, parseRange } from '@gatehouse/facts/ip-address';
import { validateMessage } from '@gatehouse/policy/validate-action';
import type { FieldError } from './problem.ts';

const hostPattern = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;

function checkDomain(host: string, app: App, others: readonly App[], suffix: string): string | undefined {
  if (!hostPattern.test(host)) return 'must be a host name in lower case, without scheme, port and path';
  if (host === suffix || host.endsWith(`.${suffix}`)) return `lies inside Gatehouse's own suffix ${suffix}`;
  if (app.domains.filter((domain) => domain.host === host).length > 1) return 'is listed twice';
  const owner = others.find((other) => other.domains.some((domain) => domain.host === host));
  return owner === undefined ? undefined : `already belongs to the app "${owner.name}"`;
}

export function checkApp(app: App, others: readonly App[], suffix: string): FieldError[] {
  const domains = app.domains.flatMap(({ host }, at): FieldError[] => {
    const message = checkDomain(host, app, others, suffix);
    return message === undefined ? [] : [{ field: `domains[${at}].host`, message }];
  });
  const ports = app.domains.flatMap(({ port, connectTo }, at): FieldError[] => [
    ...(isPort(port) ? [] : [{ field: `domains[${at}].port`, message: 'must be a port from 1 to 65535' }]),
    ...(isPort(connectTo?.port)
      ? []
      : [{ field: `domains[${at}].connectTo.port`, message: 'must be a port from 1 to 65535' }]),
  ]);
  const cidrs = app.allowPrivate.flatMap((cidr, at): FieldError[] =>
    parseRange(cidr) === undefined
      ? [{ field: `allowPrivate[${at}]`, message: 'must be a CIDR, like 10.1.0.0/16' }]
      : [],
  );
  return [...domains, ...ports, ...cidrs, ...checkTimeouts(app)];
}

function isPort(port: number | undefined): boolean {
  return port === undefined || (port >= 1 && port <= 65_535);
}

function checkTimeouts(app: App): FieldError[] {
  const errors: FieldError[] = [];
  if (app.absoluteMinutes < 1) errors.push({ field: 'absoluteMinutes', message: 'must be 1 to 20160 (14 days)' });
  if (app.idleMinutes < 1 || app.idleMinutes > app.absoluteMinutes) {
    errors.push({ field: 'idleMinutes', message: 'must be at least 1 and at most absoluteMinutes' });
  }
  return errors;
}

export function checkAssignment(assignment: Assignment, apps: readonly App[]): FieldError[] {
  const permitted = apps.map(({ id }) => id);
  const errors: FieldError[] = [];
  if (!permitted.includes(assignment.app)) {
    errors.push({ field: 'app', message: `there is no app "${assignment.app}"`, permitted });
  }
  if (!assignment.everyone && assignment.users.length === 0 && assignment.groups.length === 0) {
    errors.push({ field: 'users', message: 'names nobody: give users or groups, or choose everyone' });
  }
  return errors;
}

/** Two CIDRs overlap when one holds the other's address. */
function overlap(a: string, b: string): boolean {
  const [first, second] = [parseRange(a), parseRange(b)];
  if (first === undefined || second === undefined) return false;
  return inRanges(first.address.toString(), [b]) || inRanges(second.address.toString(), [a]);
}

function checkCidr(cidr: string, at: number, range: IpRange, others: readonly IpRange[]): string | undefined {
  if (parseRange(cidr) === undefined) return 'must be an IPv4 or IPv6 range, like 10.1.0.0/16 or 2001:db8::/32';
  const earlier = range.cidrs.slice(0, at).find((own) => overlap(cidr, own));
  if (earlier !== undefined) return `overlaps ${earlier} in this range`;
  for (const other of others) {
    const found = other.cidrs.find((theirs) => overlap(cidr, theirs));
    if (found !== undefined) return `overlaps ${found} of the range "${other.name}"`;
  }
  return undefined;
}

export function checkIpRange(range: IpRange, others: readonly IpRange[]): FieldError[] {
  const cidrs = range.cidrs.flatMap((cidr, at): FieldError[] => {
    const message = checkCidr(cidr, at, range, others);
    return message === undefined ? [] : [{ field: `cidrs[${at}]`, message }];
  });
  const country = range.country === undefined || /^[A-Z]{2}$/.test(range.country);
  return country ? cidrs : [...cidrs, { field: 'country', message: 'must be ISO 3166 alpha-2, like DE' }];
}

export function checkSettings(settings: Settings): FieldError[] {
  const size: FieldError[] =
    settings.maxFileBytes >= 1 ? [] : [{ field: 'maxFileBytes', message: 'must be at least 1 byte' }];
  const { ticketRotationMinutes } = settings;
  const rotation: FieldError[] =
    ticketRotationMinutes >= 1 && ticketRotationMinutes <= 720
      ? []
      : [{ field: 'ticketRotationMinutes', message: 'must be 1 to 720 minutes' }];
  return [
    ...rotation,
    ...validateMessage(settings.blockMessage, 'blockMessage'),
    ...validateMessage(settings.accessBlockMessage, 'accessBlockMessage'),
    ...validateMessage(settings.monitoredNotice.title, 'monitoredNotice.title'),
    ...validateMessage(settings.monitoredNotice.text, 'monitoredNotice.text'),
    ...size,
  ];
}
