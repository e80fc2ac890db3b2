// How an identity provider is asked to authenticate anew and in a given context: one case per way of asking.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';

/**
 * Parameters of an OpenID Connect authorisation request. `acr_values` is a wish (Core 3.1.2.1), `acrs` in `claims` is
 * Entra's authentication context; neither is proof, so that the answer is always checked.
 */
export function askForContext(
  { stepUpBy = 'acr_values' }: Pick<IdentityProvider, 'stepUpBy'>,
  contexts: readonly string[],
): Record<string, string> {
  const anew = { max_age: '0', prompt: 'login' };
  switch (stepUpBy) {
    case 'acr_values':
      return { ...anew, acr_values: contexts.join(' ') };
    case 'acrs': {
      const wanted = contexts.length === 1 ? { value: contexts[0] } : { values: contexts };
      return { ...anew, claims: JSON.stringify({ id_token: { acrs: { essential: true, ...wanted } } }) };
    }
  }
}
