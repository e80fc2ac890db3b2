import { describe, expect, it } from 'vitest';
import { shouldTransform } from './media.ts';

const shape = (over: object) => ({ status: 200, method: 'GET', contentType: 'text/html; charset=utf-8', ...over });

describe('shouldTransform', () => {
  it.each([
    {},
    { contentType: 'application/json' },
    { contentType: 'image/svg+xml' },
    { contentType: 'text/event-stream' },
    { contentEncoding: 'br' },
    { contentDisposition: 'inline; filename=a.html' },
    { status: 404 },
  ])('takes %j', (over) => expect(shouldTransform(shape(over))).toBe(true));
  it.each([
    { method: 'HEAD' },
    { status: 206 },
    { status: 204 },
    { status: 304 },
    { contentDisposition: 'attachment' },
    { contentDisposition: 'ATTACHMENT; filename=a.html' },
    { contentType: 'application/pdf' },
    { contentType: 'application/jwt' },
    { contentType: 'application/grpc-web+proto' },
    { contentType: 'multipart/mixed' },
    { contentType: 'text/html; charset=utf-16' },
    { contentType: undefined },
    { contentEncoding: 'zstd' },
  ])('leaves %j', (over) => expect(shouldTransform(shape(over))).toBe(false));
});
