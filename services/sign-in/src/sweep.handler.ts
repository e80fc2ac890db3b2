// Ends expired sessions and clears what has outlived its use, every half minute on every replica.
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SIGN_IN, type SignIn } from './sign-in.ts';

const everyMs = 30_000;
const shortLived = [
  'flows',
  'notices',
  'redeem_codes',
  'interruptions',
  'broker_logins',
  'broker_tokens',
  'device_checks',
  'used_messages',
] as const;
/** Used codes stay known while their tokens live, for a replay must end those. */
const codeMemoryMs = 20 * 60_000;
/** Ended sessions stay listed in Postgres this long for questions from the portal. */
const endedMemoryMs = 30 * 24 * 60 * 60_000;

@Injectable()
export class SweepHandler implements OnModuleInit, OnModuleDestroy {
  private readonly signIn: SignIn;
  private timer: NodeJS.Timeout | undefined;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  onModuleInit(): void {
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.signIn.log.error({ error }, 'the sweep failed'));
    }, everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async sweep(): Promise<void> {
    const { database, sessions, now } = this.signIn;
    while ((await sessions.sweep(now())) === 500);
    await sessions.tickets.sweep(now());
    const at = now();
    for (const table of shortLived) await database.query(`delete from ${table} where expires_at < $1`, [new Date(at)]);
    await database.query('delete from broker_codes where expires_at < $1', [new Date(at - codeMemoryMs)]);
    await database.query('delete from sessions where ended_at < $1', [new Date(at - endedMemoryMs)]);
  }
}
