import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { suffixedOrigin } from './app-host.ts';
import { type Interrupted, interrupted, recordEnding } from './interrupted.ts';
import { sendResume, sendWarning } from './pages/interruption-page.ts';
import { refuseLogin, sendNotFound } from './refusal.ts';
import { hashOf } from './secret-token.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit, type Visit } from './visit.ts';

/** Characters a reason needs (SPEC section 4). */
const shortestReason = 10;
const longestReason = 1000;

/** GET /warning?flow= : before a download that policy warns of; POST /warning : go on, or leave it. */
@Controller('warning')
export class WarningHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const { flow } = request.query;
    const stopped = await this.find(visit, flow);
    if (stopped) this.warn(visit, stopped, String(flow));
    else sendNotFound(visit);
  }

  @Post()
  async choose(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const { origin } = request.headers;
    // `null` is what Chromium sends under our own no-referrer policy; the flow, known to one browser, is the guard then.
    if (origin !== undefined && origin !== 'null' && origin !== visit.origin)
      return refuseLogin(this.signIn, visit, 'warning answered from another origin');
    const { flow, choice, justification } = (request.body ?? {}) as Readonly<Record<string, unknown>>;
    const stopped = await this.find(visit, flow);
    if (!stopped) return sendNotFound(visit);
    if (choice !== 'continue') return this.decline(visit, stopped, String(flow));
    await this.accept(visit, stopped, String(flow), typeof justification === 'string' ? justification.trim() : '');
  }

  private async find(visit: Visit, flow: unknown): Promise<Interrupted | undefined> {
    const interruption = await this.signIn.interruptions.find(flow, visit.now);
    return interruption?.ask.type === 'coach' ? interrupted(this.signIn, visit, interruption) : undefined;
  }

  private warn({ response, language, catalogue }: Visit, stopped: Interrupted, flow: string, tooShort?: string): void {
    const { message, referenceId, ask } = stopped.interruption;
    const requireJustification = ask.type === 'coach' && ask.requireJustification;
    const page = { language, settings: catalogue.settings, ...stopped.names, message, flow, referenceId };
    sendWarning(response, { ...page, requireJustification, ...(tooShort === undefined ? {} : { tooShort }) });
  }

  private async decline(visit: Visit, stopped: Interrupted, flow: string): Promise<void> {
    const taken = await this.signIn.interruptions.take(hashOf(flow), visit.now);
    if (taken) await recordEnding(this.signIn, visit, stopped, { appliedAction: 'coachDeclined', reason: 'POLICY' });
    visit.response.set('cache-control', 'no-store').redirect(303, stopped.back);
  }

  private async accept(visit: Visit, stopped: Interrupted, flow: string, reason: string): Promise<void> {
    const { ask } = stopped.interruption;
    const demanded = ask.type === 'coach' && ask.requireJustification;
    if (demanded && [...reason].length < shortestReason) return this.warn(visit, stopped, flow, reason);
    const kept = demanded ? [...reason].slice(0, longestReason).join('') : '';
    if (!(await this.signIn.interruptions.accept(flow, kept, visit.now))) return sendNotFound(visit);
    const { language, catalogue, response, origin } = visit;
    const { found, target, back, names } = stopped;
    const to = suffixedOrigin(found, origin) + target;
    sendResume(response, { language, organisation: catalogue.settings.organisation, ...names, to, back });
  }
}
