// Namespaces, bindings and algorithms by their registered names (SAML 2.0 core and bindings, XML Signature).
export const protocolNs = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const assertionNs = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const metadataNs = 'urn:oasis:names:tc:SAML:2.0:metadata';
export const signatureNs = 'http://www.w3.org/2000/09/xmldsig#';

export const postBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
export const redirectBinding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
export const success = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const unspecifiedNameId = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
export const emailNameId = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
export const persistentNameId = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
export const unspecifiedContext = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified';

export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const rsaSha512 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';
export const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const sha512 = 'http://www.w3.org/2001/04/xmlenc#sha512';
