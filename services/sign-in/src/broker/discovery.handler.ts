import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { SIGN_IN, type SignIn } from '../sign-in.ts';

/** OpenID Connect Discovery 1.0 and the key set. */
@Controller()
export class DiscoveryHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('.well-known/openid-configuration')
  configuration(@Res() response: Response): void {
    const issuer = this.signIn.loginOrigins[0] ?? '';
    response.set('cache-control', 'public, max-age=300').json({
      issuer,
      authorization_endpoint: `${issuer}/oidc/authorize`,
      token_endpoint: `${issuer}/oidc/token`,
      userinfo_endpoint: `${issuer}/oidc/userinfo`,
      jwks_uri: `${issuer}/oidc/jwks`,
      end_session_endpoint: `${issuer}/oidc/logout`,
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [this.signIn.brokerKey.algorithm],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['openid', 'email', 'profile'],
      claims_supported: ['sub', 'preferred_username', 'email', 'name', 'groups', 'acr', 'amr', 'auth_time'],
      authorization_response_iss_parameter_supported: true,
    });
  }

  @Get('oidc/jwks')
  keys(@Res() response: Response): void {
    response.set('cache-control', 'public, max-age=300').json({ keys: [this.signIn.brokerKey.publicJwk] });
  }
}
