import type { Contact } from './contacts.ts';
import { escapeText } from './escape.ts';
import { type PageContext, page } from './page.ts';

export function contactsPage(context: PageContext, contacts: readonly Contact[]): string {
  const rows = contacts.map(
    (contact) => `<tr><td><a href="${context.origin}/contacts/${contact.id}">${escapeText(contact.name)}</a></td>
<td>${escapeText(contact.company)}</td><td>${escapeText(contact.email)}</td><td><span class="tag">${contact.stage}</span></td></tr>`,
  );
  return page(
    context,
    'Contacts',
    `<table><thead><tr><th>Name</th><th>Company</th><th>E-mail</th><th>Stage</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>
<p><a data-action="csv" href="${context.origin}/contacts.csv">Export as CSV</a></p>`,
  );
}

export function contactPage(context: PageContext, contact: Contact): string {
  const entries = Object.entries({
    Company: contact.company,
    'E-mail': contact.email,
    Phone: contact.phone,
    Stage: contact.stage,
  });
  const list = entries.map(([term, value]) => `<dt>${term}</dt><dd>${escapeText(value)}</dd>`).join('');
  return page(context, contact.name, `<dl>${list}</dl><p><a href="/">Back to contacts</a></p>`);
}
