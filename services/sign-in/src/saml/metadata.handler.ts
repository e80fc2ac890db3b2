import { idpMetadata, spMetadata } from '@gatehouse/saml/write';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { ourNames } from './our-names.ts';

/** What identity providers and apps are told about us; two certificates while keys are being exchanged. */
@Controller('saml')
export class MetadataHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('metadata')
  serviceProvider(@Res() response: Response): void {
    const { loginOrigins } = this.signIn;
    const all = loginOrigins.map((origin) => ourNames(loginOrigins, origin));
    this.send(response, (certificates) =>
      spMetadata({
        entityId: all[0]?.spEntityId ?? '',
        acsUrls: all.map(({ acsUrl }) => acsUrl),
        sloUrls: all.map(({ spSloUrl }) => spSloUrl),
        certificates,
      }),
    );
  }

  @Get('idp/metadata')
  identityProvider(@Res() response: Response): void {
    const { loginOrigins } = this.signIn;
    const { idpEntityId: entityId, ssoUrl } = ourNames(loginOrigins, loginOrigins[0] ?? '');
    this.send(response, (certificates) => idpMetadata({ entityId, ssoUrl, certificates }));
  }

  private send(response: Response, write: (certificates: readonly string[]) => string): void {
    const { samlKey } = this.signIn;
    if (!samlKey) return void response.status(404).type('text/plain').send('There is no SAML key (SAML_KEY).\n');
    const xml = write(samlKey.certificates.map(({ base64 }) => base64));
    response.set({ 'cache-control': 'public, max-age=300', 'x-content-type-options': 'nosniff' });
    response.type('application/samlmetadata+xml').send(xml);
  }
}
