// Where a script of ours goes into a page: first in its head, before anything the page says can matter.

const prolog = /^(?:\s+|<!--(?:-?>|[\s\S]*?--!?>)|<![^->][^>]*>|<\?[^>]*>)/;
const openTag = (name: string) => new RegExp(`^<${name}(?=[\\s/>])(?:[^"'>]|"[^"]*"|'[^']*')*>`, 'i');
const htmlTag = openTag('html');
const headTag = openTag('head');
const wholeName = /^<(?!(?:html|head)[\s/>])[a-z][a-z0-9-]*[\s/>]/i;

/**
 * Offset in the beginning of an HTML document (any single-byte view, BOM included) right behind `<head>`, or where an
 * omitted head would begin. Undefined where the text ends before that is clear, and for what is no document: nothing may
 * come before a doctype, or the page would be shown in quirks mode.
 */
export const headStart = (html: string): number | undefined => {
  let at = html.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const skip = (pattern: RegExp): boolean => {
    const length = pattern.exec(html.slice(at))?.[0].length ?? 0;
    at += length;
    return length > 0;
  };
  const skipProlog = () => {
    while (skip(prolog));
  };
  skipProlog();
  if (skip(htmlTag)) skipProlog();
  if (skip(headTag)) return at;
  // Anything but another tag is text, or cut: a comment, a doctype, or the very tags that are looked for.
  return wholeName.test(html.slice(at, at + 64)) ? at : undefined;
};
