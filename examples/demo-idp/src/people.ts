// Who works at the demo company. Everybody's password is `demo`.
export type Person = { readonly email: string; readonly name: string; readonly groups: readonly string[] };

export const people: readonly Person[] = [
  { email: 'mia@acme.example', name: 'Mia Marketing', groups: ['Marketing'] },
  { email: 'sam@acme.example', name: 'Sam Sales', groups: ['Sales'] },
  { email: 'gus@partner.example', name: 'Gus Guest', groups: ['externalUsers'] },
  { email: 'max@acme.example', name: 'Max Manager', groups: ['Marketing', 'Finance'] },
];

export const demoPassword = 'demo';

/** The second step where one is asked for. */
export const demoCode = '123456';

/** What the login page offers as "This device", and the claim value each choice gives. */
export const devices = [
  { value: 'unmanaged', label: 'Unmanaged', tags: [] },
  { value: 'compliant', label: 'Compliant', tags: ['compliant'] },
  { value: 'domainJoined', label: 'Domain joined', tags: ['domainJoined'] },
] as const satisfies readonly { value: string; label: string; tags: readonly string[] }[];

export function personOf(email: string): Person | undefined {
  return people.find((person) => person.email === email.trim().toLowerCase());
}
