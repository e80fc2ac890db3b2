// What edges and the portal ask about sessions.

import {
  sessionList,
  sessionRedeem,
  sessionRevoke,
  sessionRotate,
  sessionTouch,
} from '@gatehouse/contracts/session-control';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { hostName } from './app-host.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';

@Injectable()
export class SessionHandler implements OnModuleInit {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  onModuleInit(): void {
    const { messaging, sessions, codes, broker, now, log } = this.signIn;
    messaging.serve(sessionRedeem, async ({ code, host }) => {
      const redeemed = await codes.redeem(code, hostName(host) ?? '', now());
      if (!redeemed) return { type: 'refused' as const };
      return { type: 'redeemed' as const, ...redeemed };
    });
    messaging.serve(sessionList, async (filter) => ({ sessions: await sessions.list(filter, now()) }));
    messaging.serve(sessionRevoke, async ({ by, ...which }) => {
      const revoked = await sessions.revoke(which, by, now());
      const users = new Set([...revoked.users, ...(which.user === undefined ? [] : [which.user])]);
      for (const user of users) await broker.forgetUser(user);
      log.info({ by, revoked: revoked.count }, 'sessions revoked');
      return { revoked: revoked.count };
    });
    messaging.serve(sessionRotate, async (rotation) => ({ rotated: await sessions.tickets.rotate(rotation, now()) }));
    messaging.serve(sessionTouch, async ({ seen }) => ({ updated: await sessions.touch(seen, now()) }));
  }
}
