// The CRM's records.
export type Contact = {
  readonly id: string;
  readonly name: string;
  readonly company: string;
  readonly email: string;
  readonly phone: string;
  readonly stage: 'Lead' | 'Negotiation' | 'Customer';
};

export const contacts: readonly Contact[] = [
  {
    id: '1001',
    name: 'Alex Morgan',
    company: 'Northwind Traders',
    email: 'alex@northwind.example',
    phone: '+1 202 555 0117',
    stage: 'Customer',
  },
  {
    id: '1002',
    name: 'Kim Taylor',
    company: 'Contoso',
    email: 'kim@contoso.example',
    phone: '+1 202 555 0136',
    stage: 'Negotiation',
  },
  {
    id: '1003',
    name: 'Robin Meyer',
    company: 'Fabrikam',
    email: 'robin@fabrikam.example',
    phone: '+1 202 555 0164',
    stage: 'Lead',
  },
  {
    id: '1004',
    name: 'Sam Okafor',
    company: 'Adatum',
    email: 'sam@adatum.example',
    phone: '+1 202 555 0181',
    stage: 'Customer',
  },
  {
    id: '1005',
    name: 'Jo Lindqvist',
    company: 'Litware',
    email: 'jo@litware.example',
    phone: '+1 202 555 0199',
    stage: 'Lead',
  },
];

/** RFC 4180 text with a header row. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => {
    // A leading =, +, - or @ would run as a formula in spreadsheet programs.
    const text = /^[=+\-@]/.test(String(value)) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
