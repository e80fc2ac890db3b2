// The end of one protection on the data plane: what came of it is told, and a failure is answered where it still can be.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProtectionOrder } from './open-protection.handler.ts';
import { type ProtectResult, type ProtectTools, protectBody } from './protect.handler.ts';

export type ProtectReports = {
  readonly onDone: (result: ProtectResult, order: ProtectionOrder) => void;
  readonly onError: (error: unknown, order: ProtectionOrder) => void;
};

export async function answerProtection(
  request: IncomingMessage,
  order: ProtectionOrder,
  response: ServerResponse,
  tools: ProtectTools,
  { onDone, onError }: ProtectReports,
): Promise<void> {
  try {
    const result = await protectBody(request, order, response, tools);
    onDone(result, order);
    if (result.type === 'failed') problem(response, result.reason);
  } catch (error) {
    onError(error, order);
    // Half a container must not look like a whole one.
    if (response.headersSent) response.destroy();
    else problem(response, 'unavailable');
  }
}

function problem(response: ServerResponse, reason: string): void {
  const body = { type: 'about:blank', title: 'the file could not be protected', status: 422, reason };
  response
    .writeHead(422, { 'content-type': 'application/problem+json', connection: 'close' })
    .end(JSON.stringify(body));
}
