// International bank account number: ISO 13616, structures by the SWIFT IBAN registry.
import { type InformationType, sample } from '../information-type.ts';

/** Country code and the structure behind the check digits: n digits, a letters, c either. */
const registry =
  'AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c';

const structures: ReadonlyMap<string, { readonly length: number; readonly pattern: RegExp }> = new Map(
  registry.split(' ').map((entry) => {
    const parts = [...entry.slice(2).matchAll(/(\d{1,2})([nac])/g)];
    const classes: Readonly<Record<string, string>> = { n: '[0-9]', a: '[A-Z]', c: '[A-Z0-9]' };
    const length = parts.reduce((sum, part) => sum + Number(part[1]), 4);
    const source = parts.map((part) => `${classes[part[2] ?? 'c']}{${part[1]}}`).join('');
    return [entry.slice(0, 2), { length, pattern: new RegExp(`^[A-Z]{2}[0-9]{2}${source}$`) }];
  }),
);

export const iban: InformationType = {
  id: 'iban',
  name: 'International bank account number (IBAN)',
  shapes: [
    {
      pattern: /(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,31}/g,
      cut: valueLength,
    },
  ],
  normalise: (raw) => raw.replace(/[^A-Za-z0-9]/g, '').toUpperCase(),
  validate: (value) => (structures.get(value.slice(0, 2))?.pattern.test(value) ?? false) && checksOut(value),
  keywords: {
    en: ['iban', 'bank account', 'account number', 'account', 'bank details', 'bic', 'swift', 'beneficiary'],
    de: ['Kontonummer', 'Kontoverbindung', 'Bankverbindung', 'Konto', 'Empfänger'],
    fr: ['compte bancaire', 'numéro de compte', 'RIB'],
    es: ['cuenta bancaria', 'número de cuenta'],
    it: ['conto corrente', 'coordinate bancarie'],
    nl: ['rekeningnummer', 'bankrekening'],
  },
  samples: {
    match: [
      sample(85, 'IBAN «DE91373537990751163726»'),
      sample(85, 'IBAN: «DE91 3735 3799 0751 1637 26»'),
      sample(75, '«GB32 XLCN 7612 2202 9729 97»'),
      sample(75, '«FR7952882001826330434839548»'),
      sample(85, 'iban «NL20-PEBM-7986-8282-88» BIC ABNANL2A'),
      sample(75, '«NO4007290222791»'),
      sample(85, 'Kontoverbindung «CH57 8058 8871 8033 4018 7»'),
      sample(75, 'a;«AT318017598983478878»;b'),
      sample(75, '«ES91 3848 3726 1675 1361 3412»'),
      sample(85, 'conto corrente «IT81Z5242731672326865635515»'),
      sample(75, '«BE22058770658948».'),
      sample(75, '«PL80 1131 1440 2426 4628 8975 1402»'),
      sample(75, '"«SE8661401419314170586492»"'),
      sample(75, '«MT76BTZH12402344834782450400088»'),
      sample(75, '«SA7038737167868433532650»'),
      sample(75, '«BR8220146201684934072247045L8»'),
      sample(75, '(«TR445304352056174833801412»)'),
      sample(75, '«IE84 NVBN 0443 1982 9657 24»'),
      sample(85, 'bank account «PT09920868288909310025167»'),
      sample(75, '«FI3480083740718818»'),
      sample(75, '«DK4317414333776174»'),
      sample(75, '«de91373537990751163726»'),
      sample(85, 'IBAN «DE91 3735 3799 0751 1637 26» THANK YOU'),
      sample(85, 'IBAN_«DE91373537990751163726»'),
      sample(85, 'IBAN «GB82 WEST 1234 5698 7654 32»'),
    ],
    noMatch: [
      { text: 'IBAN DE91373537990751163727', why: 'check digits off' },
      { text: 'IBAN GB32 XLCN 7612 2202 9729 98', why: 'check digits off' },
      { text: 'IBAN FR7952882001826330434839549', why: 'check digits off' },
      { text: 'IBAN DE91375337990751163726', why: 'two digits swapped' },
      { text: 'IBAN DE9137353799075116372', why: 'one character short' },
      { text: 'IBAN DE913735379907511637267', why: 'one character more' },
      { text: 'IBAN ZZ11093192544992070741', why: 'no such country' },
      { text: 'IBAN US30374847771834170471', why: 'the United States have no IBAN' },
      { text: 'IBAN DE878746331912845298', why: 'wrong length for its country' },
      { text: 'IBAN NO464153776020776', why: 'wrong length for its country' },
      { text: 'IBAN GB18426565150556130445', why: 'digits where the bank code has letters' },
      { text: 'IBAN DE92CNNV15640410423468', why: 'letters where Germany has digits' },
      { text: 'IBAN XDE91373537990751163726', why: 'inside a longer run' },
      { text: 'IBAN DE91373537990751163726X', why: 'inside a longer run' },
      { text: 'IBAN DE00 0000 0000 0000 0000 00', why: 'check digits 00 are never issued' },
      { text: 'IBAN DE 91373537990751163726x', why: 'not an IBAN grouping' },
      { text: 'IBAN: on request', why: 'a keyword without a number' },
      { text: 'IBAN DE91373537', why: 'far too short' },
      { text: 'BIC COBADEFFXXX', why: 'a BIC' },
      { text: 'VIN WVWZZZ1JZXW000001', why: 'a vehicle number' },
      { text: 'IBAN DE91.3735.3799.0751.1637.26', why: 'dots are not in use' },
      { text: 'DE123456789', why: 'a VAT number' },
      { text: 'IBAN AA11 1111 1111 1111', why: 'no such country' },
    ],
  },
};

/** The country says how long the value is: the pattern may run into the words that follow. */
function valueLength(raw: string): number | undefined {
  const length = structures.get(raw.slice(0, 2).toUpperCase())?.length;
  if (length === undefined) return undefined;
  let count = 0;
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] !== ' ' && raw[at] !== '-') count++;
    if (count === length) return /^[A-Za-z0-9]/.test(raw.slice(at + 1)) ? undefined : at + 1;
  }
  return undefined;
}

/** ISO 7064 MOD 97-10, in pieces that stay exact. Check digits run from 02 to 98. */
function checksOut(value: string): boolean {
  const check = Number(value.slice(2, 4));
  if (check < 2 || check > 98) return false;
  let rest = 0;
  for (const character of value.slice(4) + value.slice(0, 4)) {
    const number = Number.parseInt(character, 36);
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
  }
  return rest === 1;
}
