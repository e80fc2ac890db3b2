// A bypass that begins or changes stands in the log of activities, and so alerts like its later uses.
import { randomBytes, randomUUID } from 'node:crypto';
import { type Activity, activitySchema } from '@gatehouse/contracts/activity';
import type { Bypass } from '@gatehouse/contracts/catalogue';
import { referenceId } from '@gatehouse/contracts/reference-id';
import type { Actor } from './audit.store.ts';

export function bypassActivity(bypass: Bypass, { by, ip }: Actor): Activity {
  const { app, users, reason, expiresAt } = bypass;
  return activitySchema.parse({
    id: randomUUID(),
    referenceId: referenceId(randomBytes),
    time: new Date().toISOString(),
    app,
    host: '',
    activityType: 'bypassSaved',
    user: by,
    ip,
    scan: { status: 'notRequested' },
    appliedAction: 'bypass',
    reason: 'BYPASS',
    cause: `${by} lets ${users.length} users past the proxy until ${expiresAt}: ${reason}`,
  });
}
