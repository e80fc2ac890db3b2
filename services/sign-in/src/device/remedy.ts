// The next step for someone who was refused because of the device.

import type { Identity } from '../identity.ts';
import type { Judgement } from '../judgement.ts';
import type { Language } from '../pages/wording.ts';
import { whyNot } from './device-words.ts';

/** What to tell, if one of the blocking policies rests on the device's tags and its certificate was looked at. */
export function deviceRemedy(
  language: Language,
  identity: Identity | undefined,
  judgement: Judgement,
): string | undefined {
  const proof = identity?.device;
  if (!proof || proof.type === 'valid') return undefined;
  const rests = judgement.trace.some(
    ({ state, outcome, action, rows }) =>
      state === 'enabled' &&
      outcome === 'matched' &&
      action === 'block' &&
      rows.some(({ field, satisfied }) => field === 'device.tags' && satisfied === true),
  );
  return rests ? whyNot(language, proof) : undefined;
}
