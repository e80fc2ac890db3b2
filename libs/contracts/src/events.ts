// Every event of the house: streams and outbox relays are made from this list.
import { activityRecorded } from './activity.ts';
import { catalogueChanged, policyChanged } from './catalogue.ts';
import type { EventDefinition } from './definition.ts';
import { fileOpened, fileProtected } from './files.ts';
import { sessionEnded, sessionStarted } from './session.ts';

export const events: readonly EventDefinition[] = [
  activityRecorded,
  catalogueChanged,
  policyChanged,
  sessionStarted,
  sessionEnded,
  fileProtected,
  fileOpened,
];
