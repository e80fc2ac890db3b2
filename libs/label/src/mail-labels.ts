// Mail: the `msip_labels` header or one header per attribute (RFC 5322); rights-managed messages are protected.
import { latin1, startsWith } from './bytes.ts';
import { labelsOf, type Property } from './msip.ts';
import type { LabelFormat } from './read.ts';

const maxHeaders = 1024 * 1024;
const rpmsg = [0x76, 0xe8, 0x04, 0x60, 0xc4, 0x11, 0xe3, 0x86];
const usual =
  /^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|x-[\w-]+|msip_labels):/im;
const fieldLine = /^[!-9;-~]+:/;

/** Names and values, folded lines joined first: folds occur inside values. */
function headers(text: string): Property[] {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const lines = text
    .slice(0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  return lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 ? [{ name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() }] : [];
  });
}

function labelProperties({ name, value }: Property): Property[] {
  if (name.toLowerCase() !== 'msip_labels') return [{ name, value }];
  return value.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals > 0 ? [{ name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() }] : [];
  });
}

export const mailFormat: LabelFormat = {
  name: 'mail',
  matches(head) {
    if (startsWith(head, rpmsg)) return true;
    const text = latin1(head);
    return fieldLine.test(text) && usual.test(text);
  },
  read(source) {
    const head = source.read(0, Math.min(source.size, maxHeaders));
    if (startsWith(head, rpmsg)) return { state: 'protected', labels: [] };
    const text = new TextDecoder().decode(head);
    const labels = labelsOf(headers(text).flatMap(labelProperties));
    if (/^content-type:\s*application\/x-microsoft-rpmsg-message/im.test(text)) return { state: 'protected', labels };
    return { state: labels.length > 0 ? 'labelled' : 'none', labels };
  },
};
