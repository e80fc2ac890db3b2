// E-mail address (RFC 5321 limits; the dot-atom form that is in use).
import { type InformationType, sample } from '../information-type.ts';
import { normalisedView } from '../normalised-view.ts';

// Letters of any script: addresses may be international (RFC 6531), and look-alikes must not cut one short.
const word = '\\p{L}\\p{N}\\p{M}';
const domain = '@(?:[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,62}\\.){1,8}\\p{L}{2,24}(?![\\p{L}\\p{N}@])';
const special = "!#$%&'*+/=?^_`{|}~.\\-";
const pattern = new RegExp(`(?<![${word}${special}@])[${word}_][${word}${special}]{0,63}${domain}`, 'gu');
/** After "=", "/" and the like an address may begin: `mailto=a@b.example`. */
const inner = new RegExp(`(?<=[=/?'{|\`&#!$^~])[${word}_][${word}._%+\\-]{0,63}${domain}`, 'gu');
const files = new Set('png jpg jpeg gif svg webp js ts css html htm txt json xml exe dll'.split(' '));

export const email: InformationType = {
  id: 'email',
  name: 'E-mail address',
  shapes: [{ pattern, cut: (raw) => (!/[=/?'{|`&#!$^~]/.test(raw) ? raw.length : undefined) }, { pattern: inner }],
  normalise: (raw) => (normalisedView(raw)?.text ?? raw).toLowerCase(),
  validate(address) {
    const at = address.lastIndexOf('@');
    const name = address.slice(0, at);
    const domain = address.slice(at + 1);
    const top = domain.slice(domain.lastIndexOf('.') + 1);
    if (name.endsWith('.') || name.includes('..') || address.length > 254) return false;
    return !files.has(top) && domain.split('.').every((part) => !part.endsWith('-'));
  },
  keywords: {
    en: ['email', 'e-mail', 'mail', 'email address', 'mailto', 'contact', 'from', 'to', 'cc'],
    de: ['E-Mail-Adresse', 'Mailadresse', 'Kontakt'],
    es: ['correo', 'correo electrónico'],
    fr: ['courriel', 'adresse électronique'],
  },
  samples: {
    match: [
      sample(85, 'E-mail: «jane.doe@acme.example»'),
      sample(75, '«jane.doe@acme.example»'),
      sample(85, 'mailto:«info@acme.example»'),
      sample(75, 'Write me at «a@b.example».'),
      sample(75, '<«first.last+tag@sub.domain.example»>'),
      sample(75, '"«x_y-z@acme-corp.example»"'),
      sample(75, '(«JANE@ACME.EXAMPLE»)'),
      sample(85, 'contact «sales@acme.example» today'),
      sample(75, 'a,«b@c.example»,d'),
      sample(75, 'a;«b.c@d.example»;e'),
      sample(85, 'Kontakt «müller@x.example»'),
      sample(85, 'correo «maria@acme.example»'),
      sample(85, 'courriel : «luc@acme.example»'),
      sample(75, 'user=«jane@acme.example»&x=1'),
      sample(75, 'https://acme.example/?u=«jane@acme.example»'),
      sample(75, '«1234@acme.example»'),
      sample(75, '«jane@a.b.c.d.example»'),
      sample(75, "'«jane@acme.example»'"),
      sample(75, '[«jane@acme.example»]'),
      sample(85, 'From «jane@acme.example»\n'),
      sample(75, '«jane%home@acme.example»'),
      sample(75, 'ship «jane@acme.museum»!'),
    ],
    noMatch: [
      { text: 'jane.doe at acme.example', why: 'no @' },
      { text: 'jane@acme', why: 'no top-level domain' },
      { text: '@acme.example', why: 'no local part' },
      { text: 'jane@', why: 'no domain' },
      { text: 'jane@@acme.example', why: 'two @' },
      { text: 'jane@acme.e', why: 'one-letter top-level domain' },
      { text: 'jane@acme.123', why: 'numeric top-level domain' },
      { text: 'jane..doe@acme.example', why: 'two dots in a row' },
      { text: 'jane.@acme.example', why: 'dot before @' },
      { text: 'jane@-acme.example', why: 'label begins with a dash' },
      { text: 'jane@acme-.example', why: 'label ends with a dash' },
      { text: 'icon@2x.png', why: 'an image file' },
      { text: 'logo@3x.jpg', why: 'an image file' },
      { text: 'bundle@1.min.js', why: 'a script file' },
      { text: 'package@1.2.3', why: 'a package version' },
      { text: '@types/node@24.19.2', why: 'a package version' },
      { text: 'git@host:repo', why: 'an scp path' },
      { text: 'meet @ noon.today', why: 'spaces' },
      { text: 'jane@192.168.1.1', why: 'an address literal without brackets' },
      { text: 'jane@acme_corp.example', why: 'underscore in the domain' },
      { text: 'user@name@acme.example', why: 'two @' },
      { text: '5 @ $3.50', why: 'a price' },
    ],
  },
};
