// Questions to the other services; one that does not answer is a 503 that names it.
import type { RequestDefinition } from '@gatehouse/contracts/definition';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import type { z } from 'zod';
import { Problem } from './problem.ts';

/** Asks and turns a failure into SERVICE_UNAVAILABLE. */
export async function ask<I extends z.ZodType, O extends z.ZodType>(
  messaging: Messaging,
  service: string,
  definition: RequestDefinition<I, O>,
  input: z.input<I>,
): Promise<z.output<O>> {
  try {
    return await messaging.request(definition, input);
  } catch (error) {
    if (!(error instanceof MessagingError)) throw error;
    throw new Problem('SERVICE_UNAVAILABLE', { detail: `${service} did not answer (${error.code}). Try again soon.` });
  }
}
