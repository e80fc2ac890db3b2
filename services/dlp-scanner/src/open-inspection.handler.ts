// inspection.open: lend a place, or stay silent for another instance (or the edge's `scannerDown` cell) to answer.
import type { inspectionOpen } from '@gatehouse/contracts/inspection';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import type { Tickets } from '@gatehouse/service-kit/tickets';
import type { z } from 'zod';

export type OpenInput = z.output<typeof inspectionOpen.input>;
type OpenOutput = z.output<typeof inspectionOpen.output>;

/** Shorter than the request's deadline of 2 s. */
const WAIT_MS = 1_500;
const STEP_MS = 25;

/** `dataUrl` is this instance's own; `hasRoom` false means no memory for another file. */
export async function openInspection(
  input: OpenInput,
  tickets: Pick<Tickets<OpenInput>, 'issue'>,
  dataUrl: string,
  hasRoom: () => boolean,
): Promise<OpenOutput> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const ticket = hasRoom() ? tickets.issue(input) : undefined;
    if (ticket !== undefined) return { url: `${dataUrl}/inspect/${ticket.id}`, token: ticket.token };
    if (Date.now() >= until) throw new MessagingError('REFUSED', 'no free place');
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
