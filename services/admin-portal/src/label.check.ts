// What a sensitivity label must hold beyond its shape. Pure: others are arguments; answers name every bad field.
import type { Label } from '@gatehouse/contracts/label';
import { z } from 'zod';
import type { FieldError } from './problem.ts';

export function checkLabel(label: Label, others: readonly Label[]): FieldError[] {
  const errors: FieldError[] = [];
  if (!z.uuid().safeParse(label.id).success) errors.push({ field: 'id', message: 'must be a GUID' });
  const twin = others.find(({ name }) => name.toLowerCase() === label.name.toLowerCase());
  if (twin) errors.push({ field: 'name', message: `is already the name of the label ${twin.id}` });
  const rank = others.find(({ priority }) => priority === label.priority);
  if (rank) errors.push({ field: 'priority', message: `is already the priority of "${rank.name}"` });
  for (const [at, { principal }] of (label.protection?.permissions ?? []).entries()) {
    if (principal.type === 'domain' && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(principal.id))
      errors.push({
        field: `protection.permissions[${at}].principal.id`,
        message: 'must be a domain like acme.example',
      });
  }
  return errors;
}
