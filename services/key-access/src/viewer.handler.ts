import type { Readable } from 'node:stream';
import { bytesSource } from '@gatehouse/label/source';
import { keyAccessSchema } from '@gatehouse/label/tdf-manifest';
import { openTdf, readTdf } from '@gatehouse/label/tdf-read';
import { LOG, type Log } from '@gatehouse/service-kit/tokens';
import { Controller, Get, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { contextOf } from './access-policy.client.ts';
import { KEY_ACCESS, type KeyAccess } from './key-access.ts';
import { wrapperFor } from './key-wrap.ts';
import { mayHoldKey, type Subject } from './open-check.ts';
import { type OpenRequest, type OpenResult, openFile } from './open-file.ts';
import { serverCrypto } from './server-crypto.ts';
import { sessionCookie } from './viewer-cookie.ts';

const maxContainer = 64 * 1024 * 1024;
const openSchema = z.object({
  access: keyAccessSchema,
  policy: z.string().max(65_536),
  clientPublicKey: z.string().max(8192),
});
const requestSchema = z.object({ fileId: z.uuid(), justification: z.string().trim().min(10).max(1000) });

/** The viewer's own calls. Each names the header a form of another site cannot set. */
@Controller('viewer')
export class ViewerHandler {
  constructor(
    @Inject(KEY_ACCESS) private readonly keys: KeyAccess,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Get('session')
  async session(@Req() request: Request, @Res() response: Response): Promise<void> {
    const subject = await this.subject(request);
    response
      .set('cache-control', 'no-store')
      .status(subject ? 200 : 401)
      .json(subject ? { user: subject.user } : {});
  }

  @Post('open')
  async open(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(request, response, async (subject) => {
      const body = openSchema.safeParse(request.body);
      if (!body.success) return { status: 422, body: { type: 'broken' } };
      const { clientPublicKey, ...file } = body.data;
      const opened = await this.openFile({ ...file, subject, context: contextOf(request), purpose: 'pages' });
      if (opened.type !== 'allowed') return { status: 200, body: denialOf(opened) };
      const { record, rights } = opened;
      const about = { name: record.fileName, label: record.label, rights, user: subject.user };
      if (!mayHoldKey(rights)) return { status: 200, body: { type: 'view', ...about } };
      const pem = `-----BEGIN PUBLIC KEY-----\n${clientPublicKey}\n-----END PUBLIC KEY-----`;
      const wrappedKey = wrapperFor(pem).wrap(opened.key);
      opened.key.fill(0);
      return { status: 200, body: { type: 'export', wrappedKey, ...about } };
    });
  }

  /** The container itself, to be drawn here: this person never gets its key. */
  @Put('views')
  async view(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(request, response, async (subject) => {
      const source = bytesSource(await readBody(request));
      const container = openTdf(source);
      const { policy, keyAccess } = container.manifest.encryptionInformation;
      const access = keyAccess.find(({ kid }) => kid === this.keys.currentKey()?.kid) ?? keyAccess[0];
      if (!access) return { status: 422, body: { type: 'broken' } };
      const opened = await this.openFile({ access, policy, subject, context: contextOf(request), purpose: 'pages' });
      if (opened.type !== 'allowed') return { status: 200, body: denialOf(opened) };
      const parts: Uint8Array[] = [];
      for await (const part of readTdf(source, container, opened.key, serverCrypto, maxContainer)) parts.push(part);
      opened.key.fill(0);
      const plain = Uint8Array.from(Buffer.concat(parts)).buffer;
      const view = await this.keys.views.open({ user: subject.user, access, policy }, plain);
      if (view === 'busy') return { status: 503, body: { type: 'busy' } };
      return view === 'unsupported'
        ? { status: 200, body: { type: 'unsupported' } }
        : { status: 200, body: { type: 'view', id: view.id, pages: view.pages } };
    });
  }

  @Get('views/:id/pages/:number')
  async page(
    @Req() request: Request,
    @Res() response: Response,
    @Param('id') id: string,
    @Param('number') number: string,
  ): Promise<void> {
    const subject = await this.subject(request);
    const view = subject && this.keys.views.find(id, subject.user);
    if (!subject || !view || !/^\d{1,5}$/.test(number)) return void response.status(404).end();
    try {
      // Whoever may no longer open the file sees no further page of it.
      const opened = await this.openFile({ ...view, subject, context: contextOf(request), purpose: 'pages' });
      if (opened.type !== 'allowed') {
        this.keys.views.close(id);
        return void response.status(403).json(denialOf(opened));
      }
      opened.key.fill(0);
      const mark = `${subject.user}  ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC  ${opened.record.fileId.slice(0, 8)}`;
      const png = await this.keys.views.page(id, Number(number), mark);
      if (!png) return void response.status(404).end();
      response
        .set({ 'content-type': 'image/png', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
        .end(png);
    } catch (error) {
      this.log.error({ err: error }, 'no page drawn');
      response.status(503).end();
    }
  }

  @Post('access-requests')
  async requestAccess(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.answer(request, response, async (subject) => {
      const body = requestSchema.safeParse(request.body);
      if (!body.success)
        return {
          status: 422,
          body: { type: 'broken', field: 'justification', message: 'must have 10 to 1,000 characters' },
        };
      await this.keys.files.requestAccess(body.data.fileId, subject.user, body.data.justification);
      return { status: 202, body: { type: 'requested' } };
    });
  }

  private subject(request: Request): Promise<Subject | undefined> {
    return this.keys.sessions.find(sessionCookie.read(request, this.keys.origin));
  }

  private openFile(request: OpenRequest): Promise<OpenResult> {
    const tools = this.keys.openTools();
    if (!tools) throw new Error('key access is not configured');
    return openFile(request, tools);
  }

  private async answer(
    request: Request,
    response: Response,
    run: (subject: Subject) => Promise<{ status: number; body: object }>,
  ): Promise<void> {
    response.set('cache-control', 'no-store');
    if (request.get('x-gatehouse') !== 'viewer') return void response.status(403).json({ type: 'broken' });
    try {
      const subject = await this.subject(request);
      const { status, body } = subject ? await run(subject) : { status: 401, body: { type: 'signIn' } };
      response.status(status).json(body);
    } catch (error) {
      // A broken or hostile container and a failing store look the same from outside.
      this.log.warn({ err: error }, 'the viewer could not open a file');
      response.status(422).json({ type: 'broken' });
    }
  }
}

function denialOf(result: Exclude<OpenResult, { type: 'allowed' }>): object {
  return result.type === 'denied'
    ? { type: 'denied', reason: result.reason, fileId: result.fileId }
    : { type: 'broken' };
}

async function readBody(request: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxContainer) throw new Error('the container is too large to be shown');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
