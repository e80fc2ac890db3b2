// Built-in tags from lists: one text file per tag, a CIDR or address per line, `#` or `;` before remarks.
import { builtInIpTags } from '@gatehouse/contracts/vocabulary';
import { type CidrEntry, type CidrTable, createCidrTable } from './cidr-table.ts';
import { type Address, parseRange } from './ip-address.ts';

/** A list longer than this is refused whole: it would take the memory that requests need. */
export const mostListLines = 2_000_000;

/** Wider than this is no list of suspects but a slip that would tag whole continents. */
const widest = { ipv4: 8, ipv6: 16 } as const;

export type IpListReport = {
  readonly file: string;
  readonly ranges: number;
  /** Why the whole file is not used. */
  readonly refused?: string;
  /** Numbers of the first unreadable lines; the others are used. */
  readonly badLines: readonly number[];
  readonly badCount: number;
};

export type IpLists = {
  readonly reports: readonly IpListReport[];
  /** Built-in tags of an address. */
  readonly tagsOf: (address: Address) => string[];
};

export const noIpLists: IpLists = { reports: [], tagsOf: () => [] };

/** The tag that `tor.txt` carries; undefined when the name is none of the built-in ones. */
function tagOf(file: string): string | undefined {
  const name = file.replace(/\.(?:txt|list|netset|cidr)$/i, '').toLowerCase();
  return builtInIpTags.find((tag) => tag.toLowerCase() === name);
}

function readLine(line: string): { address: Address; prefix: number } | undefined {
  const range = parseRange(line);
  return range !== undefined && range.prefix >= widest[range.address.kind()] ? range : undefined;
}

function readList(file: string, text: string, entries: CidrEntry<string>[]): IpListReport {
  const nothing = { file, ranges: 0, badLines: [], badCount: 0 };
  const tag = tagOf(file);
  if (tag === undefined) return { ...nothing, refused: `no built-in tag; name it ${builtInIpTags.join(', ')} + .txt` };
  const lines = text.split('\n', mostListLines + 1);
  if (lines.length > mostListLines) return { ...nothing, refused: `more than ${mostListLines} lines` };
  const bad: number[] = [];
  const before = entries.length;
  lines.forEach((line, at) => {
    const plain = line.replace(/[#;].*$/, '').trim();
    if (plain === '') return;
    const range = readLine(plain);
    if (range === undefined) bad.push(at + 1);
    else entries.push({ ...range, value: tag });
  });
  return { file, ranges: entries.length - before, badLines: bad.slice(0, 5), badCount: bad.length };
}

/** Reads all files of the folder (name → text). Bad lines are counted and skipped, never a reason to drop a list. */
export function readIpLists(files: ReadonlyMap<string, string>): IpLists {
  const entries: CidrEntry<string>[] = [];
  const reports = [...files].map(([file, text]) => readList(file, text, entries));
  const table: CidrTable<string> = createCidrTable(entries);
  return { reports, tagsOf: (address) => [...new Set(table.find(address))] };
}
