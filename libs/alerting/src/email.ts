// The alert e-mail: subject, text, HTML. Everything that came from users is escaped.
import type { AlertLinks } from './action-link.ts';
import type { Notice } from './notice.ts';
import { escapeHtml, plainLine } from './plain-line.ts';
import { severityWords } from './words.ts';

export type EmailMessage = { readonly subject: string; readonly text: string; readonly html: string };

const limitNote =
  "This is the last alert within today's limit. Further matches are counted and come in the daily digest.";

function rowsOf(notice: Notice): [string, string][] {
  const rows: [string, string | undefined][] = [
    ['Who', notice.user],
    ['What', notice.what],
    ['File', notice.fileName],
    ['App', notice.app],
    ['Policy', notice.policyName],
    ['Severity', severityWords[notice.severity]],
    ['From', notice.place],
    ['When', notice.time],
    ['Cause', notice.cause],
    ['Reference', notice.referenceId],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as [string, string]],
  );
}

/** A complete HTML mail: heading, a table of names and values, a note, one link. All arguments are text. */
export function mailHtml(
  heading: string,
  rows: readonly (readonly [string, string])[],
  note: string,
  link: { readonly href: string; readonly label: string },
  more: readonly { readonly href: string; readonly label: string }[] = [],
): string {
  const cells = rows
    .map(
      ([name, value]) =>
        `<tr><th align="left" valign="top" style="padding:4px 16px 4px 0">${escapeHtml(name)}</th><td style="padding:4px 0">${escapeHtml(value)}</td></tr>`,
    )
    .join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="font:16px/1.5 system-ui,sans-serif;margin:24px"><h1 style="font-size:20px">${escapeHtml(heading)}</h1>
<table role="presentation" style="border-collapse:collapse">${cells}</table>
${note === '' ? '' : `<p><strong>${escapeHtml(note)}</strong></p>`}
<p><a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>${
    more.length === 0 ? '' : `\n<p>${more.map(anchor).join(' &middot; ')}</p>`
  }</body></html>`;
}

function anchor({ href, label }: { readonly href: string; readonly label: string }): string {
  return `<a href="${escapeHtml(href)}">${escapeHtml(label)}</a>`;
}

/** `[High] Blocked: download: Finance.xlsx – Box – policy "…"`. */
export function renderAlertEmail(notice: Notice, links?: AlertLinks): EmailMessage {
  const what = notice.fileName === undefined ? notice.what : `${notice.what} ${plainLine(notice.fileName, 60)}`;
  const heading = `${severityWords[notice.severity]} alert – ${what} – ${notice.app}`;
  const rows = rowsOf(notice);
  const note = notice.lastWithinLimit ? limitNote : '';
  const more = links === undefined ? [] : linksOf(links);
  const text = [
    ...rows.map(([name, value]) => `${name}: ${value}`),
    '',
    `Open the activity: ${notice.link}`,
    ...more.map(({ href, label }) => `${label}: ${href}`),
  ];
  return {
    subject: plainLine(
      `[${severityWords[notice.severity]}] ${what} – ${notice.app} – policy "${notice.policyName}"`,
      180,
    ),
    text: [heading, '', ...text, ...(note === '' ? [] : ['', note]), ''].join('\n'),
    html: mailHtml(heading, rows, note, { href: notice.link, label: 'Open the activity' }, more),
  };
}

function linksOf(links: AlertLinks) {
  return [
    { href: links.acknowledge, label: 'Acknowledge' },
    { href: links.snooze, label: 'Snooze' },
    { href: links.unsubscribe, label: 'Stop these e-mails' },
  ];
}
