// Our own containers: the label stands in an assertion of the manifest; the content is protected.
import type { LabelReading } from '@gatehouse/contracts/inspection';
import { z } from 'zod';
import { decodeBase64, decodeBase64Url } from './base64.ts';
import { latin1 } from './bytes.ts';
import type { FoundLabel } from './msip.ts';
import type { LabelFormat, ReadOptions } from './read.ts';
import { bytesSource, readWhole, type Source } from './source.ts';
import { htmlMarker, payloadOfHtml } from './tdf-html.ts';
import { labelAssertionId, manifestNames, maxManifestBytes, payloadName } from './tdf-manifest.ts';
import { openTdf } from './tdf-read.ts';
import { isZip, openZip } from './zip.ts';

const looseManifest = z.object({
  assertions: z.array(z.object({ id: z.string(), statement: z.object({ value: z.unknown() }) })).nullish(),
});
const labelClaim = z.object({ label: z.object({ id: z.string(), siteId: z.string(), name: z.string() }) });

/** The label of the assertion; what it says is as trustworthy as a property inside a document: not signed for filters. */
function assertedLabel(value: unknown): FoundLabel[] {
  const payload = typeof value === 'string' ? value.split('.')[1] : undefined;
  if (!payload) return [];
  const claim = labelClaim.safeParse(JSON.parse(new TextDecoder().decode(decodeBase64Url(payload))));
  return claim.success ? [{ ...claim.data.label, method: 'Standard' }] : [];
}

function readManifest(source: Source, { inflate }: ReadOptions): LabelReading {
  try {
    const zip = openZip(source, inflate);
    const name = manifestNames.find((candidate) => zip.has(candidate)) ?? '';
    const manifest = looseManifest.parse(JSON.parse(new TextDecoder().decode(zip.part(name, maxManifestBytes))));
    const assertion = manifest.assertions?.find(({ id }) => id === labelAssertionId);
    return { state: 'protected', labels: assertedLabel(assertion?.statement.value) };
  } catch {
    // A broken container keeps its content closed all the same.
    return { state: 'protected', labels: [] };
  }
}

export const tdfFormat: LabelFormat = {
  name: 'tdf',
  matches: (head) => isZip(head) && [payloadName, ...manifestNames].includes(firstName(head)),
  read(source, options) {
    // A ZIP that only looks like a container keeps nothing closed.
    openTdf(source);
    return readManifest(source, options);
  },
};

function firstName(head: Uint8Array): string {
  const length = (head[26] ?? 0) + 256 * (head[27] ?? 0);
  return latin1(head.subarray(30, 30 + length));
}

export const tdfHtmlFormat: LabelFormat = {
  name: 'tdf.html',
  matches: (head) => latin1(head).includes(htmlMarker),
  read(source, options) {
    const payload = payloadOfHtml(latin1(readWhole(source)));
    return readManifest(bytesSource(decodeBase64(payload)), options);
  },
};
