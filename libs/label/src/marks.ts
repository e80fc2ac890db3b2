// Visible marks of a label: what they say, and what the file then states about them.
export type Marks = { readonly header?: string; readonly footer?: string; readonly watermark?: string };
export type MarkFacts = { readonly user: string; readonly time: string; readonly app: string; readonly file: string };

/** Name of everything we put into a document to be seen; marking again replaces what has it. */
export const markName = 'gatehouse-mark';
const maxText = 255;

function fill(template: string, facts: MarkFacts): string {
  const text = template.replace(/\$\{(user|time|app|file)\}/g, (_, name: keyof MarkFacts) => facts[name]);
  // A mark is one line, whatever the names in it hold.
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').slice(0, maxText);
}

/** The marks with `${user} ${time} ${app} ${file}` filled in, each one line of at most 255 characters. */
export function fillMarks(
  templates: Readonly<Partial<Record<keyof Marks, string | undefined>>>,
  facts: MarkFacts,
): Marks {
  const filled = Object.entries(templates).flatMap(([kind, text]) => (text ? [[kind, fill(text, facts)]] : []));
  return Object.fromEntries(filled);
}

/** `ContentBits` of marks that are in the file: 1 header, 2 footer, 4 watermark. */
export function bitsOf(marks: Marks): number {
  return (marks.header ? 1 : 0) + (marks.footer ? 2 : 0) + (marks.watermark ? 4 : 0);
}
