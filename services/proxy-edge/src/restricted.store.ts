// Text files waiting behind a "Download restricted" page, handed out to the session that caused them.
import { randomBytes } from 'node:crypto';

export type RestrictedFile = { readonly sessionId: string; readonly name: string; readonly text: string };

const keptMs = 10 * 60_000;
const most = 10_000;

export class RestrictedStore {
  private readonly files = new Map<string, RestrictedFile & { readonly until: number }>();

  /** Keeps a text file for ten minutes; the handle is unguessable. */
  put(file: RestrictedFile, now: number): string {
    // Oldest first: stop at the first that may stay.
    for (const [key, { until }] of this.files) {
      if (until >= now && this.files.size < most) break;
      this.files.delete(key);
    }
    const handle = randomBytes(24).toString('base64url');
    this.files.set(handle, { ...file, until: now + keptMs });
    return handle;
  }

  get(handle: string, sessionId: string, now: number): RestrictedFile | undefined {
    const file = this.files.get(handle);
    return file && file.sessionId === sessionId && file.until >= now ? file : undefined;
  }
}
