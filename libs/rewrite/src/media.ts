// Which answers are rewritten; everything else passes byte for byte.

export type ResponseShape = {
  readonly status: number;
  readonly method: string;
  readonly contentType: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
};

const textTypes =
  /^(?:text\/(?:html|css|javascript|ecmascript|xml|event-stream|vtt|x-component)|application\/(?:(?:x-)?javascript|ecmascript|json|ld\+json|xml|xhtml\+xml|manifest\+json|rss\+xml|atom\+xml|problem\+json|hal\+json|vnd\.api\+json)|image\/svg\+xml)$/;
// Hashed or signed: one changed byte spoils them.
const signedTypes = /jwt|jose|saml|signed|grpc|pkcs|webbundle/;
const decodable = /^(?:identity|gzip|x-gzip|br)$/;

const isAttachment = (disposition: string | undefined) =>
  disposition !== undefined && !/^\s*(?:inline\b|$)/i.test(disposition);

/** Content type without parameters, lower case. */
export const essence = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Whether the body is rewritten. Unknown means no: the bytes stay as they are. */
export const shouldTransform = (response: ResponseShape): boolean => {
  const { status, method } = response;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 206 || status === 304) return false;
  if (isAttachment(response.contentDisposition)) return false;
  if (!decodable.test((response.contentEncoding ?? 'identity').trim().toLowerCase())) return false;
  const type = essence(response.contentType);
  if (/charset\s*=\s*"?utf-?(?:16|32)/i.test(response.contentType ?? '') || signedTypes.test(type)) return false;
  return textTypes.test(type);
};
