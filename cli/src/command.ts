// What every command of the command line is.
import type { Connection } from './config.ts';

export type Invocation = {
  /** First argument as given. */
  readonly positional: string | undefined;
  /** First argument as the folder of the policy set; `policies` when left out. */
  readonly folder: string;
  readonly set: string;
  readonly adopt: boolean;
  readonly force: boolean;
  /** Throws a CommandError when URL or token are missing. */
  readonly connection: () => Connection;
  readonly print: (...lines: readonly string[]) => void;
};

export type Command = {
  readonly usage: string;
  readonly about: string;
  /** The exit code. Throws CommandError for everything that ends with 1 and a message. */
  readonly run: (invocation: Invocation) => Promise<number>;
};
