import type { IncomingMessage } from 'node:http';
import type { FileStore } from './file-store.ts';
import { readBody } from './reply.ts';

export type UploadOutcome =
  | { status: 'stored'; folder: string; names: string[] }
  | { status: 'refused'; code: 400 | 413; reason: string };

/** Stores the `file` parts of a multipart form in the folder its `folder` field names. */
export async function storeUpload(request: IncomingMessage, store: FileStore): Promise<UploadOutcome> {
  const body = await readBody(request);
  if (!body) return { status: 'refused', code: 413, reason: 'Files may have 25 MiB at most' };
  const form = await parseForm(request.headers['content-type'], body);
  if (!form) return { status: 'refused', code: 400, reason: 'The upload is not a multipart form' };
  const folder = String(form.get('folder') ?? '');
  const files = form.getAll('file').filter((part) => part instanceof File);
  if (files.length === 0) return { status: 'refused', code: 400, reason: 'Choose a file' };
  for (const file of files) {
    const bytes = Buffer.from(await file.arrayBuffer());
    const stored = store.put({ folder, name: file.name, type: file.type || 'application/octet-stream', bytes });
    if (!stored) return { status: 'refused', code: 400, reason: 'The folder or the file name cannot be used' };
  }
  return { status: 'stored', folder, names: files.map((file) => file.name) };
}

async function parseForm(contentType: string | undefined, body: Buffer): Promise<FormData | undefined> {
  if (!contentType?.startsWith('multipart/form-data')) return undefined;
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}
