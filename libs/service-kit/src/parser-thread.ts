// A thread for code that parses strangers' files.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

export type ParserThread = {
  /** `import.meta.url` of the module whose folder holds the worker. */
  readonly beside: string;
  /** File name without its ending: `inspect.worker`. */
  readonly name: string;
  readonly heapMb: number;
  /** Another worker file; only tests give one. */
  readonly script?: URL | undefined;
};

/**
 * Starts it. From source the worker is TypeScript and needs the loader; a bundle has it as a second entry beside itself.
 */
export function startParserThread({ beside, name, heapMb, script }: ParserThread): Worker {
  const fromSource = beside.endsWith('.ts');
  const loader = () => ['--import', pathToFileURL(createRequire(beside).resolve('tsx')).href];
  return new Worker(script ?? new URL(`./${name}.${fromSource ? 'ts' : 'mjs'}`, beside), {
    execArgv: fromSource ? loader() : [],
    // No secret of this process is any business of code that parses strangers' files.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 32 },
  });
}
