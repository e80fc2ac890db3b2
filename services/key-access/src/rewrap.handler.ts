import { LOG, type Log } from '@gatehouse/service-kit/tokens';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { contextOf } from './access-policy.client.ts';
import { KEY_ACCESS, type KeyAccess } from './key-access.ts';
import { rewrap } from './rewrap.ts';

/** Key release (OpenTDF KAS), under every address clients use for it. */
@Controller()
export class RewrapHandler {
  constructor(
    @Inject(KEY_ACCESS) private readonly access: KeyAccess,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Post(['v2/rewrap', 'kas/v2/rewrap', 'kas.AccessService/Rewrap'])
  async rewrap(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.set('cache-control', 'no-store');
    const tools = this.access.rewrapTools();
    if (!tools) {
      response.status(503).json({ code: 'unavailable', message: 'key access is not configured' });
      return;
    }
    try {
      const answer = await rewrap(
        {
          authorization: request.get('authorization'),
          dpop: request.get('dpop'),
          method: request.method,
          url: `${tools.origin}${request.path}`,
          body: request.body,
          context: contextOf(request),
        },
        tools,
      );
      response.status(answer.status).json(answer.body);
    } catch (error) {
      this.log.error({ err: error }, 'no key released');
      response.status(503).json({ code: 'unavailable', message: 'try again later' });
    }
  }
}
