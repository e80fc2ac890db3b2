// The one list of filter fields, in the order editors show them.
import { activityType } from './activity-type.ts';
import { app } from './app.ts';
import { clientApp } from './client-app.ts';
import type { Criterion } from './criterion.ts';
import { deviceTagsField } from './device-tags.ts';
import { deviceType } from './device-type.ts';
import { fileContent } from './file-content.ts';
import { fileExtension } from './file-extension.ts';
import { fileLabel } from './file-label.ts';
import { fileMalware } from './file-malware.ts';
import { fileName } from './file-name.ts';
import { fileSize } from './file-size.ts';
import { fileType } from './file-type.ts';
import { fileTypeMismatch } from './file-type-mismatch.ts';
import { ipAddress } from './ip-address.ts';
import { ipCategory } from './ip-category.ts';
import { ipIsp } from './ip-isp.ts';
import { ipTags } from './ip-tags.ts';
import { locationCountry } from './location-country.ts';
import { userAgentRaw } from './user-agent-raw.ts';
import { userAgentTagsField } from './user-agent-tags.ts';
import { userDomain } from './user-domain.ts';
import { userGroup } from './user-group.ts';
import { userName } from './user-name.ts';

/** Every filter field there is. */
export const criteria: readonly Criterion[] = [
  app,
  activityType,
  userName,
  userDomain,
  userGroup,
  deviceTagsField,
  deviceType,
  locationCountry,
  ipAddress,
  ipCategory,
  ipTags,
  ipIsp,
  userAgentTagsField,
  userAgentRaw,
  clientApp,
  fileName,
  fileExtension,
  fileType,
  fileTypeMismatch,
  fileSize,
  fileLabel,
  fileContent,
  fileMalware,
];

const byField = new Map(criteria.map((criterion) => [criterion.field, criterion]));

/** The criterion of a field, or undefined for a field that does not exist. */
export function criterionOf(field: string): Criterion | undefined {
  return byField.get(field);
}
