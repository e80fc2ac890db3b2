// The way of a browser through the hosts that need a ticket of their own: one one-time code leads to the next.
export type NextHost = {
  readonly host: string;
  readonly code: string;
  /** A page instead of a redirect: browsers give up near 20 redirects in a row. */
  readonly pause: boolean;
};

/** Redirects in a row through app hosts; the login before them has taken some already. */
const inARow = 8;

/**
 * Makes the codes from the last host to the first and gives the first. `tickets[0]` is where the user lands, so it comes
 * last on the way.
 */
export async function chainOf<T extends { readonly host: string }>(
  tickets: readonly T[],
  issue: (ticket: T, next: NextHost | undefined) => Promise<string>,
): Promise<{ readonly host: string; readonly code: string }> {
  let next: NextHost | undefined;
  for (const [at, ticket] of tickets.entries()) {
    const code = await issue(ticket, next);
    next = { host: ticket.host, code, pause: (tickets.length - at - 1) % inARow === 0 };
  }
  if (!next) throw new RangeError('a session has at least the ticket of the host it was begun for');
  return { host: next.host, code: next.code };
}
