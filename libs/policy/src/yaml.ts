// Policy ⇄ YAML. Form and YAML are one object, so nothing may be lost either way.
import type { Policy } from '@gatehouse/contracts/policy';
import { Document, isMap, isNode, LineCounter, type ParsedNode, parseAllDocuments, visit } from 'yaml';

export type YamlProblem = { readonly line: number; readonly column: number; readonly message: string };

export type WrittenPolicy = {
  readonly value: unknown;
  /** Where a field of this policy stands (`activity[0].operator`), or the nearest thing around it. 1-based. */
  readonly locate: (field: string) => { readonly line: number; readonly column: number };
};

/** Order in which the editor shows the fields. */
const order = [
  'apiVersion',
  'kind',
  'name',
  'description',
  'severity',
  'state',
  'controlType',
  'activity',
  'files',
  'inspection',
  'action',
  'unscannable',
  'alerts',
  // Inside those: rows and groups, action, inspection, unscannable, alerts.
  'field',
  'operator',
  'values',
  'type',
  'id',
  'label',
  'message',
  'source',
  'match',
  'types',
  'minInstances',
  'minConfidence',
  'exclude',
  'tooLarge',
  'encrypted',
  'timeout',
  'scannerDown',
  'corrupt',
  'unsupportedType',
  'labelerFailed',
  'enabled',
  'dailyLimit',
  'email',
  'sms',
  'webhook',
];

/** Keys in reading order at every depth: a store may have kept them in another one. Unlisted keys come last, by name. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

/** A policy as YAML text; filter rows on one line each. Reading it back gives the same policy. */
export function policyToYaml(policy: Policy): string {
  const document = new Document(ordered(policy), { aliasDuplicateObjects: false });
  visit(document, {
    Map(_, map) {
      if (map.has('field') && map.has('operator')) map.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}

/**
 * Reads the policies of a YAML text (documents separated by `---`). Errors carry 1-based lines and columns; the
 * values are as written and still have to be validated.
 */
export function policiesFromYaml(
  text: string,
): { readonly ok: readonly WrittenPolicy[] } | { readonly errors: readonly YamlProblem[] } {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (!Array.isArray(documents)) return { ok: [] };
  const errors = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (errors.length > 0) {
    return { errors: errors.map(({ pos, message }) => ({ ...place(lines, pos[0]), message })) };
  }
  try {
    return { ok: documents.map((document) => written(document, lines)).filter((one) => one.value !== null) };
  } catch (error) {
    // Aliases multiplied beyond the limit ("billion laughs"); the library tells it by throwing.
    if (error instanceof ReferenceError) return { errors: [{ line: 1, column: 1, message: error.message }] };
    throw error;
  }
}

function written(document: Document.Parsed, lines: LineCounter): WrittenPolicy {
  return {
    value: document.toJS({ maxAliasCount: 50 }),
    locate: (field) => {
      const path = field.match(/[^.[\]]+/gu) ?? [];
      for (let length = path.length; length > 0; length -= 1) {
        const offset = offsetOf(document, path.slice(0, length).map(asKey));
        if (offset !== undefined) return place(lines, offset);
      }
      return place(lines, document.contents?.range?.[0] ?? 0);
    },
  };
}

const asKey = (part: string) => (/^\d+$/u.test(part) ? Number(part) : part);

function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1);
  if (isMap<ParsedNode>(parent))
    return parent.items.find((pair) => isNode(pair.key) && pair.key.toJSON() === key)?.key.range[0];
  const node: unknown = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function place(lines: LineCounter, offset: number) {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
