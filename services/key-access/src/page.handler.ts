import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Header } from '@nestjs/common';
import { viewerPage } from './viewer-page.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
let script: Promise<string> | undefined;

/** A bundle carries the script beside itself; from source it is built once. */
async function loadScript(): Promise<string> {
  const beside = fileURLToPath(new URL('./viewer.js', import.meta.url));
  if (existsSync(beside)) return readFile(beside, 'utf8');
  const { build } = await import('esbuild');
  const entry = fileURLToPath(new URL('../web/viewer.ts', import.meta.url));
  const result = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', platform: 'browser' });
  return result.outputFiles[0]?.text ?? '';
}

/** The viewer page and its script; both hold nothing about anybody. */
@Controller()
export class PageHandler {
  @Get('open')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', policy)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  // The container's page must keep its handle on this window to hand over the bytes.
  @Header('cross-origin-opener-policy', 'unsafe-none')
  page(): string {
    return viewerPage;
  }

  @Get('viewer.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('x-content-type-options', 'nosniff')
  script(): Promise<string> {
    script ??= loadScript();
    return script;
  }
}
