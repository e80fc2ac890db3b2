// Tags out, text in: a stripper for XML parts and HTML that takes the document in slices and never builds a tree,
// so nesting costs nothing. References are decoded; an XML document type declaration is refused (entity bombs, XXE).

export type StripperOptions = {
  /** Local names whose end tag is a line break; `all`: every end tag. */
  readonly lines: ReadonlySet<string> | 'all';
  /** Attributes whose values are text (alt texts, links); `all` for HTML. */
  readonly attributes: ReadonlySet<string> | 'all';
  readonly allowDoctype: boolean;
};

export class MarkupError extends Error {
  readonly code = 'MARKUP';
}

const MAX_TAG = 1 << 20;
const MAX_QUOTED = 1 << 16;
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  commat: '@',
  period: '.',
  hyphen: '-',
  dash: '-',
  ndash: '-',
  mdash: '-',
  colon: ':',
  num: '#',
  sol: '/',
  plus: '+',
  equals: '=',
  lowbar: '_',
};

/** Decodes decimal, hexadecimal and the common named character references; unknown ones stay. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z]{2,8});/g, (whole, body: string) => {
    if (!body.startsWith('#')) return named[body] ?? whole;
    const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Feed slices to `push`, then call `end`; both return text. Throws {@link MarkupError} on a refused document. */
export function createStripper(options: StripperOptions): { push(slice: string): string; end(): string } {
  let rest = '';
  const state = { quotes: true };
  function take(final: boolean): string {
    let text = '';
    let at = 0;
    while (at < rest.length) {
      const open = rest.indexOf('<', at);
      const stop = open < 0 ? textEnd(rest, at, final) : open;
      if (stop > at) text += decodeReferences(rest.slice(at, stop));
      at = stop;
      if (open < 0) break;
      const tag = readTag(rest, open, options, state);
      if (tag === undefined) {
        // Broken HTML must not swallow what follows.
        if (final) text += rest.slice(open);
        at = final ? rest.length : open;
        break;
      }
      text += tag.text;
      at = tag.end;
    }
    rest = rest.slice(at);
    if (rest.length > MAX_TAG) throw new MarkupError('tag too long');
    return text;
  }
  return {
    push(slice) {
      rest += slice;
      return take(false);
    },
    end: () => take(true),
  };
}

/** Keeps back a reference that may go on in the next slice. */
function textEnd(rest: string, from: number, final: boolean): number {
  if (final) return rest.length;
  const ampersand = rest.lastIndexOf('&');
  return ampersand >= from && rest.length - ampersand < 12 ? ampersand : rest.length;
}

function readTag(
  rest: string,
  open: number,
  options: StripperOptions,
  state: { quotes: boolean },
): { text: string; end: number } | undefined {
  if (rest.startsWith('<!--', open)) return until(rest, '-->', open + 4, (body) => ` ${body} `);
  if (rest.startsWith('<![CDATA[', open)) return until(rest, ']]>', open + 9, (body) => body);
  if (rest.startsWith('<?', open)) return until(rest, '?>', open + 2, () => '');
  if (/^<!doctype/i.test(rest.slice(open, open + 9))) {
    if (!options.allowDoctype) throw new MarkupError('document type declaration');
    return until(rest, '>', open, () => '');
  }
  const next = rest[open + 1];
  // Too little to tell a tag from a comment or a document type.
  if (next === undefined || (next === '!' && rest.length - open < 9)) return undefined;
  if (!/[a-z_/!\u0080-\uffff]/i.test(next)) return { text: '<', end: open + 1 };
  const end = tagEnd(rest, open, state);
  if (end < 0) return undefined;
  return { text: tagText(rest.slice(open + 1, end), options), end: end + 1 };
}

function until(rest: string, mark: string, from: number, render: (body: string) => string) {
  const end = rest.indexOf(mark, from);
  return end < 0 ? undefined : { text: render(rest.slice(from, end)), end: end + mark.length };
}

/** The closing `>`; one inside a quoted attribute value does not count. */
function tagEnd(rest: string, open: number, state: { quotes: boolean }): number {
  if (!state.quotes) return rest.indexOf('>', open);
  let quote = 0;
  const last = Math.min(rest.length, open + MAX_QUOTED);
  for (let at = open + 1; at < last; at++) {
    const code = rest.charCodeAt(at);
    if (quote !== 0) quote = code === quote ? 0 : quote;
    else if (code === 34 || code === 39) quote = code;
    else if (code === 62) return at;
  }
  if (last === rest.length) return -1;
  // A quote this long is a mistake: from here on quotes mean nothing, which also keeps hostile input linear.
  state.quotes = false;
  return rest.indexOf('>', open);
}

function tagText(body: string, options: StripperOptions): string {
  const closing = body.startsWith('/');
  const name = /^\/?(?:[^\s/>:]*:)?([^\s/>]*)/.exec(body)?.[1] ?? '';
  const selfClosing = body.endsWith('/');
  if (name === 'tab' && !closing) return '\t';
  if (name === 'br' || name === 'cr') return '\n';
  const line = (closing || selfClosing) && (options.lines === 'all' || options.lines.has(name)) ? '\n' : '';
  return closing || !body.includes('=') ? line : attributeText(body, options) + line;
}

function attributeText(body: string, options: StripperOptions): string {
  let text = '';
  for (const match of body.matchAll(
    /(?:^|\s)(?:[\w.-]{1,40}:)?([\w.-]{1,40})\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g,
  )) {
    const name = match[1] ?? '';
    const value = match[2] ?? match[3] ?? match[4] ?? '';
    if (options.attributes === 'all' ? value.length > 0 : options.attributes.has(name))
      text += `\n${decodeReferences(value)}\n`;
  }
  return text;
}
