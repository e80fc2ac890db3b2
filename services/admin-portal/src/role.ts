// Who may do what: each role holds all that the later ones may.
import { z } from 'zod';

export const roles = ['admin', 'operator', 'reader'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export function holds(role: Role, needed: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(needed);
}
