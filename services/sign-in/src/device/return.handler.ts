import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { completeAuthorize } from '../broker/complete-authorize.ts';
import { clearFlowCookie, readFlowCookie } from '../browser-cookie.ts';
import { enterApp } from '../enter-app.ts';
import { refuseLogin } from '../refusal.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit, type Visit } from '../visit.ts';
import type { PendingCheck } from './device-check.store.ts';
import { withProof } from './device-check.ts';
import { sendDevicePage } from './device-page.ts';
import type { DeviceProof } from './proof.ts';

/** GET /device/return?id=&code= : the device host sends the browser back. */
@Controller()
export class ReturnHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('device/return')
  async return(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const { id, code } = request.query;
    if (typeof id !== 'string' || typeof code !== 'string' || id.length > 80 || code.length > 80)
      return refuseLogin(this.signIn, visit, 'no device check');
    const cookie = readFlowCookie(request, id);
    if (!cookie) return refuseLogin(this.signIn, visit, 'no flow cookie for this device check');
    const taken = await this.signIn.deviceChecks.take(id, cookie, code, visit.now);
    if (!taken) return refuseLogin(this.signIn, visit, 'device check unknown, used, expired or not judged');
    clearFlowCookie(response, id);
    return this.resume(visit, taken.pending, taken.proof);
  }

  private resume(visit: Visit, pending: PendingCheck, proof: DeviceProof): Promise<void> | void {
    switch (pending.kind) {
      case 'app': {
        const { notice } = pending;
        return enterApp(this.signIn, visit, { ...notice, identity: withProof(notice.identity, proof) });
      }
      case 'broker': {
        const identity = withProof(pending.identity, proof);
        return completeAuthorize(this.signIn, visit, pending.request, identity, pending.login);
      }
      case 'page':
        return sendDevicePage(visit, proof);
    }
  }
}
