// A held file: in memory while it is small, else in an unlinked temporary file under a key that never leaves memory.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabelError } from '@gatehouse/label/label-error';
import type { Source } from '@gatehouse/label/source';

export type StoredFile =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'file'; readonly fd: number; readonly key: Uint8Array; readonly size: number };

export type Held = {
  readonly size: number;
  /** Hex, of the original. */
  readonly sha256: string;
  stored: StoredFile;
  release(): void;
};

export type SpoolLimits = {
  readonly maxBytes: number;
  readonly memoryBytes: number;
  readonly folder: string | undefined;
};

const block = 16;

/** Counter mode: any offset can be read; an IV of its own per file would add nothing to a key of its own. */
function counter(at: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(Math.floor(at / block)), 8);
  return iv;
}

/** Random access to a stored file, also from another thread. */
export function storedSource(stored: StoredFile): Source {
  if (stored.kind === 'memory') {
    const { bytes } = stored;
    return {
      size: bytes.length,
      read: (at, length) => inside(at, length, bytes.length) && bytes.subarray(at, at + length),
    };
  }
  return { size: stored.size, read: (at, length) => inside(at, length, stored.size) && readAt(stored, at, length) };
}

function inside(at: number, length: number, size: number): true {
  if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > size)
    throw new LabelError('CORRUPT', 'out of bounds');
  return true;
}

let scratch = Buffer.alloc(0);

function readAt(stored: Extract<StoredFile, { kind: 'file' }>, at: number, length: number): Uint8Array {
  const skip = at % block;
  // Deciphering is synchronous, so one buffer serves every read of this thread.
  if (scratch.length < length + skip) scratch = Buffer.allocUnsafeSlow(length + skip);
  const bytes = scratch.subarray(0, length + skip);
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(stored.fd, bytes, done, bytes.length - done, at - skip + done);
    if (read === 0) throw new LabelError('CORRUPT', 'temporary file cut short');
    done += read;
  }
  return createDecipheriv('aes-256-ctr', stored.key, counter(at)).update(bytes).subarray(skip);
}

/** Copies part of a stored file; what deciphering needs on the way is given back at once. */
export function readInto(stored: StoredFile, at: number, target: Uint8Array): void {
  const bytes = storedSource(stored).read(at, target.length);
  target.set(bytes);
  if (stored.kind === 'file') release(bytes);
}

/** Frees memory nobody uses any more without waiting for the collector, which lets a hundred megabytes pile up. */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Only what has its memory to itself (a cipher's block may be cut off in front), never part of Node's pool.
  const whole = buffer.byteLength - bytes.byteLength < block;
  if (buffer instanceof ArrayBuffer && whole && buffer.byteLength >= 32_768) buffer.transfer(0);
}

/** Takes a body to its end. `tooLarge` when it exceeds the limit; throws when it breaks off. */
export async function holdBody(body: AsyncIterable<Uint8Array>, limits: SpoolLimits): Promise<Held | 'tooLarge'> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let size = 0;
  let file: ReturnType<typeof openSpool> | undefined;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limits.maxBytes) {
        file?.close();
        return 'tooLarge';
      }
      hash.update(chunk);
      if (file) await file.write(chunk);
      else chunks.push(chunk);
      if (!file && size > limits.memoryBytes) {
        file = openSpool(limits.folder);
        for (const early of chunks.splice(0)) await file.write(early);
      }
    }
  } catch (error) {
    file?.close();
    throw error;
  }
  const sha256 = hash.digest('hex');
  if (file) return { size, sha256, stored: { kind: 'file', fd: file.fd, key: file.key, size }, release: file.close };
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { size, sha256, stored: { kind: 'memory', bytes }, release() {} };
}

function openSpool(folder = tmpdir()) {
  const path = join(folder, `gatehouse-${randomBytes(12).toString('hex')}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  const key = randomBytes(32);
  const cipher = createCipheriv('aes-256-ctr', key, counter(0));
  let at = 0;
  let closed = false;
  return {
    fd,
    key,
    async write(chunk: Uint8Array) {
      const sealed = cipher.update(chunk);
      for (let done = 0; done < sealed.length; ) {
        done += await new Promise<number>((resolve, reject) => {
          write(fd, sealed, done, sealed.length - done, at + done, (error, count) =>
            error ? reject(error) : resolve(count),
          );
        });
      }
      at += sealed.length;
      release(sealed);
    },
    close() {
      if (closed) return;
      closed = true;
      key.fill(0);
      closeSync(fd);
    },
  };
}
