// Where real documents lie: outside the project, named by the environment.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of the corpus; throws with the remedy where there is none. */
export function corpusFolder(name: string): string {
  const data = process.env.GATEHOUSE_DATA;
  if (!data) throw new Error('GATEHOUSE_DATA is not set: name the folder of the corpus');
  const folder = join(data, name);
  if (!existsSync(folder)) throw new Error(`GATEHOUSE_DATA has no ${name}: ${folder} does not exist`);
  return folder;
}
