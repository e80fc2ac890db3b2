// Answers protection.open: lends a place on the data plane, or refuses, on which the PEP blocks with LABELER_FAILED. The
// clear file is never an answer.
import type { protectionOpen } from '@gatehouse/contracts/inspection';
import type { Label, Protection } from '@gatehouse/contracts/label';
import type { Tickets } from '@gatehouse/service-kit/tickets';
import type { z } from 'zod';
import { narrowed } from './protect.handler.ts';

type Input = z.output<(typeof protectionOpen)['input']>;
type Output = z.input<(typeof protectionOpen)['output']>;

/** What the file that is to come gets. */
export type ProtectionOrder = {
  readonly request: Input;
  readonly label: Label;
  readonly protection: Protection;
};

export type OpenTools = {
  readonly labels: () => readonly Label[];
  readonly tickets: Pick<Tickets<ProtectionOrder>, 'issue'>;
  readonly dataUrl: string;
  readonly hasRoom: () => boolean;
};

/** A label is named by its name, as policies do. */
export function openProtection(request: Input, tools: OpenTools): Output {
  const refused = (reason: string): Output => ({ type: 'refused', reason });
  const label = tools.labels().find(({ name }) => name.toLowerCase() === request.label.toLowerCase());
  if (!label) return refused('no such label');
  if (!label.protection) return refused('the label has no protection');
  const protection = narrowed(label, request.maxRights);
  if (!protection) return refused('the policy leaves nobody any right');
  if (!tools.hasRoom()) return refused('stopping');
  const ticket = tools.tickets.issue({ request, label, protection });
  if (!ticket) return refused('no room');
  return { type: 'opened', url: `${tools.dataUrl}/protect/${ticket.id}`, token: ticket.token };
}
