// The facts a decision was made from, as they are kept with its activity: exactly what the PDP was told.
import type { FileFacts } from '@gatehouse/contracts/decision';
import type { RecordedFacts } from '@gatehouse/contracts/recorded-facts';
import type { Exchange } from './exchange.ts';
import { type Held, learn } from './hold.ts';

type About = Pick<Exchange, 'app' | 'live'>;

const shared = ({ app, live }: About) => {
  const { certificateReason } = live.session;
  return { strictMode: app.strictMode, ...(certificateReason ? { certificateReason } : {}) };
};

/** Of a file that was judged as a download; `part`: the app sent only some of it. */
export function downloadFacts(about: About, file: FileFacts, held: Held | undefined, part: boolean): RecordedFacts {
  return {
    ...shared(about),
    kind: 'file',
    action: 'download',
    part,
    file,
    // A broken answer of the scanner says nothing about the file.
    ...(held && held.inspected?.type !== 'broken' ? { learned: learnedFacts(file, held) } : {}),
  };
}

function learnedFacts(file: FileFacts, held: Held): NonNullable<RecordedFacts['learned']> {
  const { inspected } = held;
  const complete = inspected?.type === 'result' && inspected.result.outcome.status === 'complete';
  return { sought: held.needs, file: learn(file, held), complete };
}

/** Of an activity that is recorded but not judged. */
export function watchedFacts(about: About, action: string): RecordedFacts {
  return { ...shared(about), kind: 'watched', action, part: false };
}
