// What a browser shows instead of saving, and what it shows of documents.

export type Sniffed = {
  /** Detected MIME type. */
  readonly mime: string;
  /** `document`, `presentation`, `spreadsheet`, `text`, `image`, `archive`, `executable`, `other`. */
  readonly kind: string;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
};

const shown =
  /^(?:text\/(?:html|plain|css|javascript|ecmascript|xml|markdown|x-[\w.-]+)|application\/(?:xhtml\+xml|xml|(?:x-)?javascript|json|(?:[\w.-]+\+)(?:json|xml))|multipart\/x-mixed-replace)$/;
const media =
  /^(?:image\/(?:png|jpe?g|gif|webp|avif|svg\+xml|bmp|x-icon|vnd\.microsoft\.icon|apng)|audio\/|video\/(?:mp4|webm|ogg|quicktime|x-matroska))/;
const documentTypes =
  /^application\/(?:pdf|msword|rtf|vnd\.(?:ms-(?:excel|powerpoint|word|outlook|visio|project)|openxmlformats-|oasis\.opendocument|visio)|x-(?:cfb|ole|tika)|epub)|^text\/(?:csv|rtf|tab-separated-values)/;

export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(/[;,]/, 1)[0]?.trim().toLowerCase() ?? '';

export const isPdf = (mime: string): boolean => /^application\/(?:x-)?pdf$/.test(mime);

/** An image, sound or film that the browser shows by itself. */
export const isMedia = (mime: string): boolean => media.test(mime);

/** Shown as a page; unknown and empty types are not, save those that sniffing turns into a page. */
export const isPage = (mime: string): boolean => shown.test(mime);

/** Office files, PDFs, tables, books: what people mean by a document. */
export const isDocument = (mime: string): boolean => documentTypes.test(mime);

/** A document, archive or program by its bytes; text and pictures only are what pages fetch all day. */
export const isFileContent = (sniffed: Sniffed): boolean =>
  isDocument(sniffed.mime) ||
  sniffed.kind === 'document' ||
  sniffed.kind === 'spreadsheet' ||
  sniffed.kind === 'presentation' ||
  sniffed.kind === 'archive' ||
  sniffed.kind === 'executable';
