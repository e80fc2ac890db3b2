import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { appOfSuffixedHost } from './app-host.ts';
import { beginLogin } from './begin-login.ts';
import { judgeUnknownUser } from './judgement.ts';
import { refuseAccess, refuseLogin, sendNotFound } from './refusal.ts';
import { returnPath } from './return-path.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit } from './visit.ts';

/** GET /start?app_host=&return= : the edge sends a browser without session here. */
@Controller()
export class StartHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('start')
  async start(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const { app_host: host, return: wanted } = request.query;
    const found = typeof host === 'string' ? appOfSuffixedHost(visit.catalogue, this.signIn.suffix, host) : undefined;
    if (!found) return sendNotFound(visit);
    const attempt = { app: found.app, host: found.suffixedHost };
    const returnTo = returnPath(wanted);
    if (returnTo === undefined) return refuseLogin(this.signIn, visit, 'foreign return address', attempt);
    if (visit.context.clientApp === 'mobileDesktop') {
      const judgement = await judgeUnknownUser(this.signIn.decisions, { ...attempt, context: visit.context }, visit);
      if (judgement) return refuseAccess(this.signIn, visit, { ...attempt, path: returnTo }, judgement);
    }
    const target = { kind: 'app', app: found.app.id, suffixedHost: found.suffixedHost, returnTo } as const;
    return beginLogin(this.signIn, visit, target);
  }
}
