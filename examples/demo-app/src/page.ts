// The frame of every page. Links carry the app's own absolute origin on purpose: real apps do that, and a proxy in
// front has to cope with it.
import { escapeText } from './escape.ts';
import type { User } from './sign-in.ts';

export type PageContext = {
  readonly name: string;
  readonly kind: 'files' | 'crm';
  readonly origin: string;
  readonly user: User;
};

const menus = {
  files: [
    { path: '/', label: 'All files' },
    { path: '/search', label: 'Search' },
  ],
  crm: [
    { path: '/', label: 'Contacts' },
    { path: '/attachments', label: 'Attachments' },
    { path: '/search', label: 'Search' },
  ],
} as const;

export function page(context: PageContext, title: string, content: string): string {
  const { origin } = context;
  const links = menus[context.kind].map(({ path, label }) => `<a href="${origin}${path}">${label}</a>`).join('');
  return `<!doctype html>
<html lang="en" data-app="${context.kind}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)} – ${escapeText(context.name)}</title>
<link rel="icon" href="${origin}/assets/logo.svg">
<link rel="stylesheet" href="${origin}/assets/style.css">
<script src="${origin}/assets/app.js" defer></script>
</head>
<body>
<header><a class="brand" href="${origin}/">${escapeText(context.name)}</a><nav>${links}</nav>
<p class="user"><span data-live>offline</span> ${escapeText(context.user.name)} <a href="/auth/logout">Sign out</a></p></header>
<main><h1>${escapeText(title)}</h1>
${content}
</main>
</body>
</html>`;
}
