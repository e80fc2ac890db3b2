import { Controller, Get, Header, Inject } from '@nestjs/common';
import { KEY_ACCESS, type KeyAccess } from './key-access.ts';

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse key access</title>
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1.5rem;color:#1b2733}h1{font-size:1.5rem}</style>
</head><body><main><h1>Key access</h1>
<p>This server decides who may open files protected by Gatehouse, every time they are opened.</p>
<p>Open a protected file from where you saved it. No key leaves this server before the rules of the file and of your
organisation have been asked again.</p>
</main></body></html>`;

@Controller()
export class HomeHandler {
  constructor(@Inject(KEY_ACCESS) private readonly access: KeyAccess) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', policy)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  home(): string {
    return html;
  }

  /** For people and probes on this host name; liveness and readiness have their own port. */
  @Get('healthz')
  @Header('cache-control', 'no-store')
  health(): { service: string; protect: string } {
    return { service: 'key-access', protect: this.access.currentKey() ? 'available' : 'unavailable' };
  }
}
