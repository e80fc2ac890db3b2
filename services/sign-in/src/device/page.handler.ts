import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit } from '../visit.ts';
import { sendToDeviceHost } from './device-check.ts';
import { sendDevicePage } from './device-page.ts';

/** GET /device : a user asks whether this device counts as managed, and why. */
@Controller()
export class PageHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('device')
  page(@Req() request: Request, @Res() response: Response): void {
    const visit = openVisit(this.signIn, request, response);
    if (visit) sendDevicePage(visit, visit.origin.startsWith('https:') ? undefined : { type: 'plainHttp' });
  }

  @Get('device/check')
  async check(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    if (!visit.origin.startsWith('https:')) return sendDevicePage(visit, { type: 'plainHttp' });
    await sendToDeviceHost(this.signIn, visit, { kind: 'page' });
  }
}
