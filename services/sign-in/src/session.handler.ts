// What edges and the portal ask about sessions.

import { interruptionOpen, interruptionPass } from '@gatehouse/contracts/interruption';
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
    const { messaging, sessions, codes, broker, interruptions, now, log } = this.signIn;
    messaging.serve(sessionRedeem, async ({ code, host, sessionId }) => {
      const at = hostName(host) ?? '';
      const redeemed = await codes.redeem(code, at, now());
      if (!redeemed) return { type: 'refused' as const };
      const { rotation, ...landing } = redeemed;
      // Only the browser that holds the session gets its next ticket, whoever has made the step-up.
      const goesOn =
        !rotation || (rotation.sessionId === sessionId && (await sessions.rotate({ ...rotation, host: at }, now())));
      return goesOn ? { type: 'redeemed' as const, ...landing } : { type: 'refused' as const };
    });
    messaging.serve(interruptionOpen, async (interruption) => ({
      flow: await interruptions.open(interruption, now()),
    }));
    messaging.serve(interruptionPass, (asked) => interruptions.pass(asked, now()));
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
