// Keeps revocation lists current: looks at every endpoint, checks what comes, publishes what changed.
import type { RevocationState } from '@gatehouse/contracts/device';
import type { KnownAuthority } from '@gatehouse/facts/certificates/judge';
import { readRevocationList } from '@gatehouse/facts/certificates/revocation-list';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { fetchRevocationList } from './revocation-list.client.ts';

/** What did not change is published again only to show that somebody still looks. */
const showEveryMs = 10 * 60_000;
const warnHours = [1, 24, 72] as const;

@Injectable()
export class RevocationHandler implements OnModuleInit, OnModuleDestroy {
  private readonly signIn: SignIn;
  private readonly etags = new Map<string, string>();
  private readonly warned = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  onModuleInit(): void {
    this.next(0);
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One round ends before the next begins: a slow endpoint never piles up requests. */
  private next(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.round()
        .catch((error: unknown) => this.signIn.log.error({ error }, 'revocation lists could not be looked at'))
        .finally(() => this.stopped || this.next(this.signIn.revocationIntervalMs));
    }, delayMs).unref();
  }

  async round(): Promise<void> {
    const catalogue = this.signIn.catalogue.current();
    if (!catalogue) return;
    const authorities = await this.signIn.devices.authorities(catalogue);
    await Promise.all(authorities.map((authority) => this.look(authority)));
  }

  private async look(authority: KnownAuthority): Promise<void> {
    const { devices, now, log } = this.signIn;
    if (!authority.settings.crlUrl) return;
    const { thumbprint } = authority.certificate;
    const before = devices.revocations.get(thumbprint);
    const after = await this.fetched(authority, before);
    const same = before && after.problem === before.problem && after.list === before.list;
    const shown = same && Date.parse(after.checkedAt) - Date.parse(before.checkedAt) < showEveryMs;
    if (after.problem && after.problem !== before?.problem)
      log.warn({ authority: authority.settings.id, problem: after.problem }, 'no new revocation list');
    this.warn(authority, after, now());
    if (!shown) await devices.publish(thumbprint, after);
  }

  /** The state after one look; a failure keeps what was known. */
  private async fetched(authority: KnownAuthority, before: RevocationState | undefined): Promise<RevocationState> {
    const { settings, certificate } = authority;
    const now = this.signIn.now();
    const checkedAt = new Date(now).toISOString();
    const kept = before?.list ? { list: before.list } : {};
    const key = `${settings.crlUrl} ${certificate.thumbprint}`;
    const answer = await fetchRevocationList(settings.crlUrl ?? '', {
      allowPrivate: settings.crlAllowPrivate,
      allowLocalhost: this.signIn.allowLocalhost,
      etag: before?.list && !before.problem ? this.etags.get(key) : undefined,
    });
    if (answer.type === 'unchanged') return { checkedAt, ...kept };
    if (answer.type === 'failed') {
      this.signIn.log.debug({ authority: settings.id, why: answer.why }, 'revocation list not fetched');
      return { checkedAt, problem: answer.problem, ...kept };
    }
    const reading = await readRevocationList(answer.bytes, certificate, now);
    if (reading.type === 'refused') return { checkedAt, problem: reading.problem, ...kept };
    const { thisUpdate, nextUpdate, revoked } = reading.list;
    const list = { thisUpdate: iso(thisUpdate), nextUpdate: iso(nextUpdate), revoked: [...revoked] };
    // An old list that still runs would bring revoked devices back.
    if (before?.list && thisUpdate < Date.parse(before.list.thisUpdate))
      return { checkedAt, problem: 'older', ...kept };
    if (answer.etag) this.etags.set(key, answer.etag);
    return { checkedAt, list: before?.list && sameList(before.list, list) ? before.list : list };
  }

  /** Once per list and mark: 72, 24 and 1 hour before devices would count as unmanaged. */
  private warn({ settings, certificate }: KnownAuthority, { list }: RevocationState, now: number): void {
    if (!list || !settings.requireRevocationCheck) return;
    const left = (Date.parse(list.nextUpdate) - now) / 3600_000;
    const mark = warnHours.find((hours) => left <= hours);
    const key = `${certificate.thumbprint} ${list.nextUpdate} ${mark}`;
    if (mark === undefined || this.warned.has(key)) return;
    this.warned.add(key);
    const fields = { authority: settings.id, nextUpdate: list.nextUpdate };
    this.signIn.log.warn(fields, `the revocation list ends within ${mark} h and no newer one is published`);
  }
}

const iso = (time: number) => new Date(time).toISOString();

type List = NonNullable<RevocationState['list']>;

function sameList(a: List, b: List): boolean {
  return (
    a.thisUpdate === b.thisUpdate &&
    a.nextUpdate === b.nextUpdate &&
    a.revoked.length === b.revoked.length &&
    a.revoked.every((serial, at) => serial === b.revoked[at])
  );
}
