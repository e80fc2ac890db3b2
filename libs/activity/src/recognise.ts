// Tells what an answer is to the person: a page, a file shown, a file saved. Judged on the response, with reasons.
import { readDisposition } from './disposition.ts';
import { embeddedFile } from './embedded-file.ts';
import { isDocument, isFileContent, isMedia, isPage, isPdf, mediaType, type Sniffed } from './renderable.ts';
import { field, fields, type HeaderFields, type RequestKind, requestKind } from './request-kind.ts';

export type Exchange = {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case; repeated lines as arrays. */
  readonly requestHeaders: HeaderFields;
  readonly responseHeaders: HeaderFields;
  /** Decoded head of the body, as latin1; 4 KiB to 64 KiB. */
  readonly firstBytes?: string | undefined;
  readonly sniffed?: Sniffed | undefined;
};

export type Recognition = {
  readonly activityType: 'navigate' | 'viewFile' | 'download' | 'upload' | 'other';
  readonly fileName?: string;
  readonly confidence: 'high' | 'medium' | 'low';
  /** Why, in the order found; shown to admins. */
  readonly signals: readonly string[];
};

type Seen = {
  readonly exchange: Exchange;
  readonly kind: RequestKind;
  readonly mime: string;
  readonly attachment: boolean;
  readonly fileName: string | undefined;
};

type Found = Pick<Recognition, 'activityType' | 'confidence'> & { readonly signal: string };
type Rule = (seen: Seen) => Found | undefined;

const download = (confidence: Recognition['confidence'], signal: string): Found => ({
  activityType: 'download',
  confidence,
  signal,
});

const isShownType = (mime: string) => isPage(mime) || isMedia(mime) || isPdf(mime);
const isSuccess = (status: number) => status >= 200 && status < 300 && status !== 204;

const attachment: Rule = ({ attachment: asked }) => (asked ? download('high', 'attachment') : undefined);

/** Scripts of the page asked for it as a file; a redirect's or error's text is not the file. */
const linkDownload: Rule = ({ kind }) => (kind === 'aDownload' ? download('medium', 'linkDownload') : undefined);

const unrenderable: Rule = ({ kind, mime, exchange: { sniffed } }) => {
  if (kind !== 'navigation' && kind !== 'frame') return undefined;
  if (mime === '' || mime === 'application/octet-stream' || mime === 'text/plain' || mime === 'unknown/unknown') {
    if (sniffed && (isFileContent(sniffed) || isPdf(sniffed.mime))) return download('high', 'navigationToFile');
    if (mime === 'application/octet-stream') return download('high', 'unrenderableNavigation');
    return undefined;
  }
  return isShownType(mime) ? undefined : download('high', 'unrenderableNavigation');
};

const inlineView: Rule = ({ kind, mime, exchange: { sniffed } }) => {
  if (kind !== 'navigation' && kind !== 'frame') return undefined;
  if (isPdf(mime)) return { activityType: 'viewFile', confidence: 'high', signal: 'inlinePdf' };
  if (isMedia(mime) && kind === 'navigation')
    return { activityType: 'viewFile', confidence: 'high', signal: 'inlineMedia' };
  // Declared as a page, but a file by its bytes: what the browser shows is not what it received.
  if (isPage(mime) && sniffed && isFileContent(sniffed)) return download('medium', 'fileDeclaredAsPage');
  return undefined;
};

const declaredDocument: Rule = ({ kind, mime }) => {
  if (kind !== 'fetch' && kind !== 'plainClient' && kind !== 'subresource') return undefined;
  if (!isDocument(mime)) return undefined;
  return download(kind === 'subresource' ? 'low' : 'high', 'documentType');
};

/** Whatever the headers claim: sub-resource destinations are the client's word, the bytes are not. */
const sniffedDocument: Rule = ({ kind, mime, exchange: { sniffed } }) => {
  if (!sniffed || !isFileContent(sniffed)) return undefined;
  // Fonts and WebAssembly come in container formats; pages load them as what they are.
  if (kind === 'subresource' && /^(?:font\/|application\/(?:font-|x-font|wasm))/.test(mime)) return undefined;
  return download(kind === 'subresource' ? 'low' : 'medium', 'sniffedFile');
};

const embedded: Rule = ({ kind, mime, exchange: { firstBytes } }) => {
  if (kind === 'subresource' || firstBytes === undefined || !/json|javascript|^text\/plain|^text\/html|^$/.test(mime))
    return undefined;
  if (kind !== 'fetch' && kind !== 'plainClient' && !/json/.test(mime)) return undefined;
  const head = embeddedFile(firstBytes);
  return head === undefined ? undefined : download('medium', `base64InBody:${head}`);
};

const plainClientFile: Rule = ({ kind, mime, exchange: { method } }) => {
  if (kind !== 'plainClient' || method !== 'GET') return undefined;
  if (mime === '' || isPage(mime)) return undefined;
  return download('low', 'plainClientFile');
};

const binaryFetch: Rule = ({ kind, mime, fileName }) => {
  if (kind !== 'fetch' || !/octet-stream|force-download|x-download|zip|compressed|x-tar/.test(mime)) return undefined;
  // Bytes of no declared kind for a script: a file if it has a name, else more likely data.
  return download(fileName === undefined ? 'low' : 'medium', 'binaryFetch');
};

const downloadRules: readonly Rule[] = [
  attachment,
  linkDownload,
  unrenderable,
  inlineView,
  declaredDocument,
  sniffedDocument,
  embedded,
  plainClientFile,
  binaryFetch,
];

const uploadSignal = ({ method, requestHeaders }: Exchange): string | undefined => {
  if (!/^(?:POST|PUT|PATCH)$/.test(method)) return undefined;
  const type = mediaType(field(requestHeaders, 'content-type'));
  if (type === 'multipart/form-data') return 'multipart';
  if (field(requestHeaders, 'content-range') !== undefined || field(requestHeaders, 'upload-offset') !== undefined)
    return 'uploadSession';
  return isDocument(type) || isMedia(type) || /octet-stream|zip/.test(type) ? 'fileBody' : undefined;
};

/** Last path segment if it looks like a file name. */
const nameFromUrl = (url: string): string | undefined => {
  const segment = (url.split(/[?#]/, 1)[0] ?? '').split('/').at(-1) ?? '';
  if (!/.\.[A-Za-z0-9]{1,8}$/.test(segment)) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const fileNameOf = (exchange: Exchange): string | undefined => {
  const named = readDisposition(fields(exchange.responseHeaders, 'content-disposition')).fileName;
  if (named !== undefined) return named;
  const typed = /;\s*name\s*=\s*"?([^";]+)/i.exec(field(exchange.responseHeaders, 'content-type') ?? '')?.[1];
  return typed?.trim() || nameFromUrl(exchange.url);
};

const withName = (recognition: Omit<Recognition, 'fileName'>, fileName: string | undefined): Recognition =>
  fileName === undefined ? recognition : { ...recognition, fileName };

const transfer = (seen: Seen): Recognition | undefined => {
  const found = downloadRules.map((rule) => rule(seen)).filter((result) => result !== undefined);
  const [decisive] = found;
  if (!decisive) return undefined;
  const { activityType, confidence } = decisive;
  return withName({ activityType, confidence, signals: found.map(({ signal }) => signal) }, seen.fileName);
};

/**
 * Class of one exchange. A download is anything that puts a file's bytes into the
 * person's hands: attachments in any spelling, `<a download>`, navigations that cannot be shown, scripts and programs
 * that fetch documents, documents as base64 in JSON. PDFs and pictures shown in a tab are `viewFile`. Sub-resources
 * count only as attachments or if their bytes are a document.
 */
export const recognise = (exchange: Exchange): Recognition => {
  const kind = requestKind(exchange.method, exchange.requestHeaders);
  const disposition = readDisposition(fields(exchange.responseHeaders, 'content-disposition'));
  const seen: Seen = {
    exchange,
    kind,
    mime: mediaType(field(exchange.responseHeaders, 'content-type')),
    attachment: disposition.type === 'attachment',
    fileName: fileNameOf(exchange),
  };
  const found = isSuccess(exchange.status) || seen.attachment ? transfer(seen) : undefined;
  if (found) return found;
  const upload = uploadSignal(exchange);
  if (upload !== undefined) return { activityType: 'upload', confidence: 'medium', signals: [upload] };
  if (kind === 'navigation') return { activityType: 'navigate', confidence: 'high', signals: ['navigation'] };
  return { activityType: 'other', confidence: 'high', signals: [kind] };
};
