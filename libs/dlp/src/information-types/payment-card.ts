// Payment card number: ISO/IEC 7812, Luhn, issuer ranges with their lengths.
import { type InformationType, sample } from '../information-type.ts';
import { passesLuhn } from '../luhn.ts';

type Range = { readonly from: number; readonly to: number; readonly lengths: readonly number[] };
const range = (from: number, to: number, ...lengths: number[]): Range => ({ from, to, lengths });

/** Issuer ranges by their first four digits (published BIN tables of the schemes). */
const issuers: readonly Range[] = [
  range(4000, 4999, 13, 16, 19), // Visa
  range(5100, 5599, 16), // Mastercard
  range(2221, 2720, 16), // Mastercard
  range(3400, 3499, 15), // American Express
  range(3700, 3799, 15), // American Express
  range(3000, 3059, 14, 16, 17, 18, 19), // Diners Club
  range(3095, 3095, 14, 16, 17, 18, 19), // Diners Club
  range(3600, 3699, 14, 15, 16, 17, 18, 19), // Diners Club
  range(3800, 3999, 14, 16, 17, 18, 19), // Diners Club
  range(3528, 3589, 16, 17, 18, 19), // JCB
  range(1800, 1800, 15), // JCB
  range(2131, 2131, 15), // JCB
  range(6011, 6011, 16, 17, 18, 19), // Discover
  range(6440, 6599, 16, 17, 18, 19), // Discover
  range(6200, 6299, 16, 17, 18, 19), // UnionPay
  range(8100, 8199, 16, 17, 18, 19), // UnionPay, RuPay
  range(2200, 2204, 16, 17, 18, 19), // Mir
  range(5018, 5018, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(5020, 5020, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(5038, 5038, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(5893, 5893, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(6304, 6304, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(6759, 6763, 12, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(6000, 6099, 16), // RuPay
  range(5080, 5089, 16), // RuPay
  range(9792, 9792, 16), // Troy
];

const before = '(?<![0-9A-Za-z]|[0-9][ .\\-])';
const after = '(?![0-9A-Za-z]|[.\\-][0-9])';

export const paymentCard: InformationType = {
  id: 'payment-card',
  name: 'Payment card number',
  shapes: [
    { pattern: new RegExp(`${before}[1-9]\\d{11,18}${after}`, 'g') },
    { pattern: new RegExp(`${before}[2-9]\\d{3}(?:[ .\\-]\\d{4}){3}(?:[ .\\-]\\d{1,3})?${after}`, 'g') },
    // American Express 4-6-5, Diners Club 4-6-4.
    { pattern: new RegExp(`${before}3\\d{3}[ .\\-]\\d{6}[ .\\-]\\d{4,5}${after}`, 'g') },
  ],
  normalise: (raw) => raw.replace(/[^0-9]/g, ''),
  validate(digits, raw) {
    const separators = new Set(raw.replace(/[0-9]/g, ''));
    if (separators.size > 1) return false;
    const head = Number(digits.slice(0, 4));
    return (
      issuers.some((r) => head >= r.from && head <= r.to && r.lengths.includes(digits.length)) && passesLuhn(digits)
    );
  },
  keywords: {
    en: [
      'card',
      'cards',
      'card number',
      'card no',
      'credit card',
      'debit card',
      'credit',
      'pan',
      'cc number',
      'ccn',
      'visa',
      'mastercard',
      'amex',
      'american express',
      'discover',
      'diners',
      'jcb',
      'maestro',
      'cvv',
      'cvc',
      'expiry',
      'expiration',
    ],
    de: ['Kreditkarte', 'Kartennummer', 'Kreditkartennummer', 'gültig bis', 'Prüfziffer'],
    es: ['tarjeta', 'tarjeta de crédito', 'número de tarjeta'],
    fr: ['carte bancaire', 'carte de crédit', 'numéro de carte', 'carte bleue'],
    it: ['carta di credito', 'numero carta'],
    pt: ['cartão', 'cartão de crédito'],
  },
  exclude: ['order', 'tracking', 'version', 'shipment', 'parcel', 'imei', 'serial', 'invoice', 'barcode', 'ean'],
  samples: {
    match: [
      sample(75, '«4526018159083012»'),
      sample(85, 'card «4526018159083012»'),
      sample(85, 'Visa: «4526 0181 5908 3012»'),
      sample(85, 'Credit card number «5382-1993-5181-9096», exp 04/29'),
      sample(75, '«2345.3786.5797.5439»'),
      sample(85, 'Amex «3723 194875 74919»'),
      sample(75, '«372319487574919»'),
      sample(75, '«3723-194875-74919»'),
      sample(75, '{"n":"«6011186252760187»"}'),
      sample(75, '«3541955597971147»'),
      sample(75, 'a;«36710497465072»;b'),
      sample(75, '«3671 049746 5072»'),
      sample(75, '«6252917034236676»'),
      sample(75, '«2202127684268462»'),
      sample(85, 'Maestro «630456321227»'),
      sample(75, '«502033079244026852»'),
      sample(75, '«4661318609133»'),
      sample(75, '«4909960308246281946»'),
      sample(75, '«6299 5289 0786 6661 763»'),
      sample(85, '«4111 1111 1111 1111» is the usual test card'),
      sample(85, 'Kreditkarte «4526018159083012»'),
      sample(85, 'carte bancaire «4526 0181 5908 3012»'),
      sample(85, 'pan_«4526018159083012»'),
      sample(65, 'tracking «4526018159083012»'),
      sample(75, '番号«4526018159083012»です'),
      sample(85, 'card_number\n«4526018159083012»\n'),
    ],
    noMatch: [
      { text: 'card 4526018159083013', why: 'check digit off by one' },
      { text: 'card 5382199351819097', why: 'check digit off by one' },
      { text: 'card 4526 0181 5908 3013', why: 'check digit off by one' },
      { text: 'Amex 3723 194875 74910', why: 'check digit off by one' },
      { text: '4111 1111 1111 1112', why: 'check digit off by one' },
      { text: 'card 0000000000000000', why: 'no issuer' },
      { text: 'card 1031372159010929', why: 'no issuer begins with 1' },
      { text: 'card 9815901396245958', why: 'no issuer' },
      { text: 'card 7711777741215477', why: 'airline and fuel ranges are not payment cards' },
      { text: 'card 42803852808416', why: 'a Visa has 13, 16 or 19 digits' },
      { text: 'card 534852538885392', why: 'a Mastercard has 16 digits' },
      { text: 'card 3733633875004745', why: 'an American Express card has 15 digits' },
      { text: 'card 3003957551311', why: 'too short for its range' },
      { text: 'card 14526018159083012', why: 'inside a longer run' },
      { text: 'card 45260181590830121', why: 'inside a longer run' },
      { text: 'card A4526018159083012', why: 'glued to a letter' },
      { text: 'card 4526018159083012F', why: 'glued to a letter' },
      { text: 'card 12-4526018159083012', why: 'part of a longer grouped number' },
      { text: 'card 4526018159083012.50', why: 'decimals' },
      { text: 'card 4526 0181-5908 3012', why: 'mixed separators' },
      { text: 'card 45260181 59083012', why: 'not a grouping in use' },
      { text: 'card 45260181590', why: 'eleven digits' },
      { text: 'card number: on file', why: 'a keyword without a number' },
      { text: '550e8400-e29b-41d4-a716-452601815908', why: 'a UUID' },
    ],
  },
};
