import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { carryScript, styleSheet } from './pages/assets.ts';

@Controller('assets')
export class AssetsHandler {
  @Get('sign-in.css')
  style(@Res() response: Response): void {
    send(response, 'text/css; charset=utf-8', styleSheet);
  }

  @Get('carry.js')
  script(@Res() response: Response): void {
    send(response, 'text/javascript; charset=utf-8', carryScript);
  }
}

function send(response: Response, type: string, text: string): void {
  response.set({ 'content-type': type, 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' });
  response.send(text);
}
