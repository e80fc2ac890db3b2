// Export of activities, and the proof that nobody changed them. Streamed page by page, so neither side holds more than one page, and there is no cap on rows.
import { type ActivityFilter, activityList, activityVerify } from '@gatehouse/contracts/queries';
import { z } from 'zod';
import { type ExportFormat, exportHead, exportLine, exportTypes } from './activity.export.ts';
import { actorOf } from './actor.ts';
import { audit } from './audit.store.ts';
import { filterQuery, given, redacted } from './evidence.routes.ts';
import { type Call, route } from './route.ts';
import { ask } from './service.client.ts';

const pageSize = 500;

type Page = z.output<typeof activityList.output>;

function readPage(call: Call, filter: ActivityFilter, cursor: string | undefined): Promise<Page> {
  const input = { filter, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
  return ask(call.portal.messaging, 'activity-log', activityList, input);
}

/** Lines of all pages after `first`. A failure on the way ends the stream broken: no half file looks whole. */
async function* linesOf(call: Call, format: ExportFormat, filter: ActivityFilter, first: Page): AsyncGenerator<string> {
  yield exportHead(format);
  for (let page = first; ; ) {
    yield page.activities.map((activity) => exportLine(format, redacted(call, activity))).join('');
    if (page.nextCursor === undefined) return;
    page = await readPage(call, filter, page.nextCursor);
  }
}

const exported = route(
  {
    method: 'get',
    path: '/activities/export',
    summary: 'All activities that fit, newest first, as CSV (safe for spreadsheets) or NDJSON',
    role: 'reader',
    query: z.strictObject({ ...filterQuery, format: z.enum(['csv', 'ndjson']) }),
  },
  async (call) => {
    const { format, ...rest } = call.query;
    const filter = given(rest) as ActivityFilter;
    // Before the first byte: activity-log away is a 503, not an empty file.
    const first = await readPage(call, filter, undefined);
    const object = { type: 'activities', id: format, name: `export as ${format}` };
    const diff = Object.entries(filter).map(([path, to]) => ({ path, to }));
    await audit(call.portal.db, actorOf(call), { action: 'export', object, diff });
    return {
      headers: { 'content-disposition': `attachment; filename="gatehouse-activities.${format}"` },
      stream: { type: exportTypes[format], chunks: linesOf(call, format, filter, first) },
    };
  },
);

const verify = route(
  {
    method: 'post',
    path: '/activities/verify',
    summary: 'Recompute the hash chain of all activities, against checkpoints kept elsewhere too',
    role: 'operator',
    body: z.strictObject(activityVerify.input.shape),
    output: activityVerify.output,
  },
  async ({ portal, body }) => ({ body: await ask(portal.messaging, 'activity-log', activityVerify, body) }),
);

export const exportRoutes = [exported, verify];
