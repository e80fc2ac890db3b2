// The addresses and names under which other SAML parties know us. The first login origin names us; every origin serves.
export type OurNames = {
  /** As a service provider, towards identity providers. */
  readonly spEntityId: string;
  readonly acsUrl: string;
  readonly spSloUrl: string;
  /** As an identity provider, towards apps. */
  readonly idpEntityId: string;
  readonly ssoUrl: string;
};

export function ourNames(origins: readonly string[], origin: string): OurNames {
  const first = origins[0] ?? origin;
  return {
    spEntityId: `${first}/saml/metadata`,
    acsUrl: `${origin}/saml/acs`,
    spSloUrl: `${origin}/saml/logout`,
    idpEntityId: `${first}/saml/idp/metadata`,
    ssoUrl: `${origin}/saml/idp/sso`,
  };
}
