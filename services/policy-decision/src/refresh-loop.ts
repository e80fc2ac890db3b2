// Keeps policies and snapshot current: polls, reloads on a wake-up, issues the snapshot on change and on time.
import type { LivePolicies } from './live-policies.ts';

export type RefreshDependencies = {
  readonly policies: LivePolicies;
  /** False: not issued now, try again at the next turn. */
  readonly publish: () => Promise<boolean>;
  readonly onFirstLoad: () => void;
  readonly onError: (error: unknown, doing: string) => void;
  readonly pollMs: number;
  readonly publishMs: number;
  readonly now: () => number;
};

export class RefreshLoop {
  private timer: NodeJS.Timeout | undefined;
  private turning: Promise<void> = Promise.resolve();
  private loaded = false;
  private publishDue = 0;
  private failing = false;
  private stopped = false;
  private readonly dependencies: RefreshDependencies;

  constructor(dependencies: RefreshDependencies) {
    this.dependencies = dependencies;
  }

  /** The first turn is over when this resolves, whether or not it could load. */
  async start(): Promise<void> {
    await this.wake();
    this.schedule();
  }

  /** One turn now, after any turn under way. Resolves when it is over; never rejects. */
  wake(): Promise<void> {
    this.turning = this.turning.then(() => this.turn());
    return this.turning;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turning;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.wake().then(() => this.schedule()), this.dependencies.pollMs);
  }

  private async turn(): Promise<void> {
    if (this.stopped) return;
    let doing = 'load the policies';
    try {
      const changed = await this.dependencies.policies.refresh();
      if (!this.loaded) this.dependencies.onFirstLoad();
      this.loaded = true;
      if (changed) this.publishDue = 0;
      doing = 'publish the policy snapshot';
      await this.publishWhenDue();
      this.failing = false;
    } catch (error) {
      // Once per outage: the poll comes every second.
      if (!this.failing) this.dependencies.onError(error, doing);
      this.failing = true;
    }
  }

  private async publishWhenDue(): Promise<void> {
    const { now, publish, publishMs } = this.dependencies;
    if (now() < this.publishDue) return;
    if (await publish()) this.publishDue = now() + publishMs;
  }
}
