// Files in memory: they live as long as the process.
import { type StoredFile, sampleFiles } from './sample-files.ts';

const maxFiles = 200;
const maxNameLength = 120;

export type FileStore = {
  folders(): string[];
  list(folder: string): StoredFile[];
  search(words: string): StoredFile[];
  get(folder: string, name: string): StoredFile | undefined;
  /** Stores or replaces one file; false when the folder, the name or the number of files is not acceptable. */
  put(file: StoredFile): boolean;
};

/** A store that starts with the sample files. Names are case-sensitive. */
export function createFileStore(): FileStore {
  const key = (folder: string, name: string) => `${folder}/${name}`;
  const files = new Map(sampleFiles().map((file) => [key(file.folder, file.name), file]));
  const all = () => [...files.values()];
  const folders = () => [...new Set(all().map((file) => file.folder))];
  return {
    folders,
    list: (folder) => all().filter((file) => file.folder === folder),
    search: (words) => all().filter((file) => file.name.toLowerCase().includes(words.toLowerCase())),
    get: (folder, name) => files.get(key(folder, name)),
    put(file) {
      if (!isFileName(file.name) || !folders().includes(file.folder)) return false;
      const id = key(file.folder, file.name);
      if (!files.has(id) && files.size >= maxFiles) return false;
      files.set(id, file);
      return true;
    },
  };
}

/** One path segment, no separators and no control characters. */
export function isFileName(name: string): boolean {
  return name.length > 0 && name.length <= maxNameLength && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name);
}
