// Which identity provider a login goes to: the app's only one, the one chosen, or the one of the user's e-mail domain.
import type { Catalogue, IdentityProvider } from '@gatehouse/contracts/catalogue';
import { escapeHtml, sendPage } from './pages/page.ts';
import { wordingOf } from './pages/wording.ts';
import { sendNotFound } from './refusal.ts';
import type { Visit } from './visit.ts';

/** Enabled providers whose users may enter this app: those the app names, else all. */
export function providersOf(catalogue: Catalogue, appId: string): readonly IdentityProvider[] {
  const named = catalogue.apps.find(({ id }) => id === appId)?.identityProviders ?? [];
  return catalogue.identityProviders.filter(({ id, enabled }) => enabled && (named.length === 0 || named.includes(id)));
}

/** The only provider that takes addresses of this domain; undefined when none or several do. */
export function providerOfEmail(providers: readonly IdentityProvider[], email: string): IdentityProvider | undefined {
  const parts = email.trim().toLowerCase().split('@');
  if (parts.length !== 2 || !parts[1]) return undefined;
  const found = providers.filter(({ emailDomains }) => emailDomains.some((one) => one.toLowerCase() === parts[1]));
  return found.length === 1 ? found[0] : undefined;
}

/** The provider, or undefined after a page was sent: none there, or several and no choice made yet. */
export function chooseProvider(visit: Visit, appId: string): IdentityProvider | undefined {
  const providers = providersOf(visit.catalogue, appId);
  const { idp, email } = { ...bodyOf(visit), ...visit.request.query };
  const chosen =
    typeof idp === 'string'
      ? providers.find(({ id }) => id === idp)
      : typeof email === 'string'
        ? providerOfEmail(providers, email)
        : undefined;
  const found = providers.length === 1 ? providers[0] : chosen;
  if (found) return found;
  if (providers.length === 0) sendNotFound(visit);
  else sendChoice(visit, providers, typeof email === 'string');
  return undefined;
}

function bodyOf({ request }: Visit): Record<string, unknown> {
  return request.method === 'POST' ? ((request.body ?? {}) as Record<string, unknown>) : {};
}

/** Works without script: what was asked is sent again, with the choice added. */
function sendChoice(visit: Visit, providers: readonly IdentityProvider[], unknownAddress: boolean): void {
  const { request, response, origin, language, catalogue } = visit;
  const words = wordingOf(language);
  const url = new URL(request.originalUrl, origin);
  const asked = request.method === 'POST' ? Object.entries(bodyOf(visit)) : [...url.searchParams];
  const kept = asked
    .filter(([name, value]) => name !== 'idp' && name !== 'email' && typeof value === 'string')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(String(value))}">`)
    .join('');
  const path = request.method === 'POST' ? url.pathname + url.search : url.pathname;
  const form = (content: string) =>
    `<form method="${request.method === 'POST' ? 'post' : 'get'}" action="${escapeHtml(path)}">${kept}${content}</form>`;
  const byAddress = providers.some(({ emailDomains }) => emailDomains.length > 0)
    ? form(
        `<label>${escapeHtml(words.chooseByEmail)}<input type="email" name="email" required autocomplete="username"></label>` +
          `${unknownAddress ? `<p class="soft" role="alert">${escapeHtml(words.chooseUnknown)}</p>` : ''}` +
          `<button type="submit">${escapeHtml(words.chooseContinue)}</button>`,
      )
    : '';
  const buttons = providers.map(({ id, name }) =>
    form(`<button name="idp" value="${escapeHtml(id)}" type="submit">${escapeHtml(name)}</button>`),
  );
  const { organisation } = catalogue.settings;
  sendPage(response, 200, { language, organisation, title: words.chooseTitle, body: byAddress + buttons.join('\n') });
}
