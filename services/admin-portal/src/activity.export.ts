// Activities as CSV and NDJSON. Pure: one row in, one line out.
import type { ActivityRow } from '@gatehouse/contracts/queries';

type Cell = string | number | boolean | undefined;

const names = (policies: ActivityRow['matchedPolicies']) => policies.map(({ name }) => name).join('; ');

const columns: readonly (readonly [string, (row: ActivityRow) => Cell])[] = [
  ['time', (row) => row.time],
  ['referenceId', (row) => row.referenceId],
  ['user', (row) => row.user],
  ['groups', (row) => row.groups.join('; ')],
  ['app', (row) => row.app],
  ['host', (row) => row.host],
  ['activityType', (row) => row.activityType],
  ['path', (row) => row.path],
  ['fileName', (row) => row.object?.name],
  ['fileSize', (row) => row.object?.size],
  ['fileType', (row) => row.object?.detectedType],
  ['appliedAction', (row) => row.appliedAction],
  ['reason', (row) => row.reason],
  ['cause', (row) => row.cause],
  ['justification', (row) => row.justification],
  ['matchedPolicies', (row) => names(row.matchedPolicies)],
  ['reportOnly', (row) => names(row.reportOnly)],
  ['scanStatus', (row) => row.scan.status],
  ['findings', (row) => row.scan.findings.map(({ type }) => type).join('; ')],
  ['enforcementLevel', (row) => row.enforcementLevel],
  ['stale', (row) => row.stale],
  ['ip', (row) => row.ip],
  ['ipCategory', (row) => row.ipCategory],
  ['ipTags', (row) => row.ipTags.join('; ')],
  ['isp', (row) => row.isp],
  ['country', (row) => row.country],
  ['deviceType', (row) => row.deviceType],
  ['deviceTags', (row) => row.deviceTags.join('; ')],
  ['clientApp', (row) => row.clientApp],
  ['userAgentTags', (row) => row.userAgentTags.join('; ')],
  ['userAgent', (row) => row.userAgent],
  ['sessionId', (row) => row.sessionId],
  ['sha256Original', (row) => row.sha256Original],
  ['sha256Delivered', (row) => row.sha256Delivered],
  ['bytesUp', (row) => row.bytesUp],
  ['bytesDown', (row) => row.bytesDown],
  ['id', (row) => row.id],
];

/**
 * One CSV cell (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV
 * injection"), also behind blanks and in its full-width spelling; control characters become blanks.
 */
export function csvCell(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const plain = value.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
  const safe = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(value) || plain !== value ? `'${plain}` : plain;
  return /[",;\s']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`;

export type ExportFormat = 'csv' | 'ndjson';

export const exportTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};

/** What comes before the first row. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? csvLine(columns.map(([name]) => name)) : '';
}

/** One activity with its line end. */
export function exportLine(format: ExportFormat, row: ActivityRow): string {
  return format === 'csv' ? csvLine(columns.map(([, read]) => read(row))) : `${JSON.stringify(row)}\n`;
}
