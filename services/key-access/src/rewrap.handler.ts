import { Controller, Post, Res } from '@nestjs/common';
import type { Response } from 'express';

/** Key release (OpenTDF KAS). Not in this release: every request is refused, whatever it carries. */
@Controller()
export class RewrapHandler {
  @Post(['v2/rewrap', 'kas/v2/rewrap', 'kas.AccessService/Rewrap'])
  rewrap(@Res() response: Response): void {
    const problem = { type: 'about:blank', title: 'protect is not available', status: 501 };
    response
      .status(501)
      .set('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }
}
