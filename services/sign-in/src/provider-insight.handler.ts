// What the portal shows beside an identity provider: its last sign-in, and how we are called.
import { providerInsight } from '@gatehouse/contracts/session-control';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { callbackUri } from './begin-login.ts';
import { ourNames } from './saml/our-names.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';

@Injectable()
export class ProviderInsightHandler implements OnModuleInit {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  onModuleInit(): void {
    const { messaging, providerStore } = this.signIn;
    messaging.serve(providerInsight, async ({ identityProvider: id }) => {
      const lastSignIn = await providerStore.lastSignIn(id);
      return { ...(lastSignIn ? { lastSignIn } : {}), ...this.samlPart(), oidc: this.oidcPart(id) };
    });
  }

  private samlPart() {
    const { samlKey, loginOrigins } = this.signIn;
    if (!samlKey) return {};
    const names = ourNames(loginOrigins, loginOrigins[0] ?? '');
    return {
      saml: {
        entityId: names.spEntityId,
        acsUrl: names.acsUrl,
        sloUrl: names.spSloUrl,
        metadataUrl: names.spEntityId,
        idpMetadataUrl: names.idpEntityId,
        certificates: samlKey.certificates.map(({ sha256, notAfter }) => ({ sha256, notAfter })),
      },
    };
  }

  private oidcPart(id: string) {
    const { loginOrigins } = this.signIn;
    return {
      redirectUris: loginOrigins.map((origin) => callbackUri(origin, { id })),
      backChannelLogoutUrl: `${loginOrigins[0] ?? ''}/backchannel-logout/${encodeURIComponent(id)}`,
    };
  }
}
