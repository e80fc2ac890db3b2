// Activities survive NATS outages and restarts: appended and fsynced here, published, dropped after the PubAck.
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Activity, activityRecorded, activitySchema } from '@gatehouse/contracts/activity';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { Log } from '@gatehouse/service-kit/tokens';

const mostWaiting = 200_000;

export class ActivitySpool {
  private waiting: Activity[] = [];
  private unwritten: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  private writing = false;
  private stopped = false;
  private published: Promise<void> = Promise.resolve();
  private readonly file: FileHandle;
  private readonly messaging: Messaging;
  private readonly log: Log;

  private constructor(file: FileHandle, waiting: Activity[], messaging: Messaging, log: Log) {
    this.file = file;
    this.waiting = waiting;
    this.messaging = messaging;
    this.log = log;
  }

  static async open(folder: string, messaging: Messaging, log: Log): Promise<ActivitySpool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, 'activities.ndjson');
    const left = parseLines(await readFile(path, 'utf8').catch(() => ''));
    // Rewritten whole, so that a line cut by a crash does not swallow the next one.
    await writeFile(`${path}.new`, left.map((activity) => `${JSON.stringify(activity)}\n`).join(''), { mode: 0o600 });
    await rename(`${path}.new`, path);
    const spool = new ActivitySpool(await open(path, 'a', 0o600), left, messaging, log);
    spool.published = spool.publishLoop();
    return spool;
  }

  full(): boolean {
    return this.waiting.length >= mostWaiting;
  }

  /** Resolves once the activity is on disk. */
  record(activity: Activity): Promise<void> {
    // One row that cannot be published would hold up all behind it for ever.
    const checked = activitySchema.safeParse(activity);
    if (!checked.success) return Promise.reject(checked.error);
    return new Promise((done, failed) => {
      this.unwritten.push({ line: `${JSON.stringify(activity)}\n`, done, failed });
      this.waiting.push(activity);
      void this.write();
    });
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.unwritten.length > 0) {
      const batch = this.unwritten;
      this.unwritten = [];
      try {
        await this.file.appendFile(batch.map(({ line }) => line).join(''));
        await this.file.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.writing = false;
  }

  private async publishLoop(): Promise<void> {
    while (!this.stopped || (this.waiting.length > 0 && this.messaging.connected())) {
      const batch = this.waiting.slice(0, 100);
      if (batch.length === 0) {
        await pause(50);
        continue;
      }
      try {
        await Promise.all(batch.map((activity) => this.messaging.publish(activityRecorded, activity)));
        this.waiting.splice(0, batch.length);
        await this.clear();
      } catch (error) {
        if (this.stopped) return;
        this.log.warn({ error, waiting: this.waiting.length }, 'activities wait for NATS');
        await pause(1000);
      }
    }
  }

  /** Empties the file; nothing is written meanwhile, or the line of an activity not yet published would vanish. */
  private async clear(): Promise<void> {
    if (this.waiting.length > 0 || this.unwritten.length > 0 || this.writing) return;
    this.writing = true;
    try {
      await this.file.truncate(0);
    } finally {
      this.writing = false;
      void this.write();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.published;
    await this.file.close();
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function parseLines(text: string): Activity[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [activitySchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
