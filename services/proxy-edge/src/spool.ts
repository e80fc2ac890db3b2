// A held file: an unlinked, encrypted temporary file. The key lives in memory, so a crash leaves nothing readable.
import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const frameBytes = 64 * 1024;
const tagBytes = 16;

export class SpoolFullError extends Error {
  readonly code = 'SPOOL_FULL';
}

/** What all held files of this process may take together: bytes, and how many are held at once. */
export class SpoolQuota {
  private used = 0;
  private files = 0;
  private readonly limit: number;
  private readonly mostFiles: number;

  constructor(limit: number, mostFiles = 512) {
    this.limit = limit;
    this.mostFiles = mostFiles;
  }

  enter(): void {
    if (this.files >= this.mostFiles) throw new SpoolFullError('too many files are held');
    this.files += 1;
  }

  leave(): void {
    this.files -= 1;
  }

  take(bytes: number): void {
    if (this.used + bytes > this.limit) throw new SpoolFullError('the spool for held files is full');
    this.used += bytes;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}

export class Spool {
  private readonly key = randomBytes(32);
  private readonly hash = createHash('sha256');
  private readonly frames: number[] = [];
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private total = 0;
  private offset = 0;
  private closed = false;
  private readonly file: FileHandle;
  private readonly quota: SpoolQuota;

  private constructor(file: FileHandle, quota: SpoolQuota) {
    this.file = file;
    this.quota = quota;
  }

  static async create(folder: string, quota: SpoolQuota): Promise<Spool> {
    quota.enter();
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, randomUUID());
      const file = await open(path, 'wx+', 0o600);
      await unlink(path);
      return new Spool(file, quota);
    } catch (error) {
      quota.leave();
      throw error;
    }
  }

  get size(): number {
    return this.total;
  }

  /** Throws {@link SpoolFullError} over quota. */
  async append(chunk: Buffer): Promise<void> {
    this.quota.take(chunk.length);
    this.total += chunk.length;
    this.hash.update(chunk);
    this.pending.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes >= frameBytes) await this.flush();
  }

  /** Ends writing; the SHA-256 of all bytes, hex. */
  async finish(): Promise<string> {
    await this.flush();
    return this.hash.digest('hex');
  }

  private async flush(): Promise<void> {
    const plain = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    for (let at = 0; at < plain.length; at += frameBytes) await this.writeFrame(plain.subarray(at, at + frameBytes));
  }

  private async writeFrame(plain: Buffer): Promise<void> {
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce(this.frames.length));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const offset = this.offset;
    this.offset += sealed.length;
    await this.file.write(sealed, 0, sealed.length, offset);
    this.frames.push(sealed.length);
  }

  /** All bytes in order; may be read several times after `finish`. */
  async *read(): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const [index, length] of this.frames.entries()) {
      const sealed = Buffer.alloc(length);
      await this.file.read(sealed, 0, length, offset);
      offset += length;
      const decipher = createDecipheriv('aes-256-gcm', this.key, nonce(index));
      decipher.setAuthTag(sealed.subarray(length - tagBytes));
      yield Buffer.concat([decipher.update(sealed.subarray(0, length - tagBytes)), decipher.final()]);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.quota.give(this.total);
    this.quota.leave();
    this.key.fill(0);
    await this.file.close().catch(() => undefined);
  }
}

function nonce(frame: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(frame, 8);
  return bytes;
}
