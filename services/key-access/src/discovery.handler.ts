import { Controller, Get, HttpCode, Inject, NotFoundException, Post, Query } from '@nestjs/common';
import { KEY_ACCESS, type KeyAccess } from './key-access.ts';

/** What OpenTDF clients ask before anything else; public keys are no secret. */
@Controller()
export class DiscoveryHandler {
  constructor(@Inject(KEY_ACCESS) private readonly access: KeyAccess) {}

  private current() {
    const key = this.access.currentKey();
    if (!key) throw new NotFoundException();
    return key;
  }

  @Post('wellknownconfiguration.WellKnownService/GetWellKnownConfiguration')
  @HttpCode(200)
  configuration(): object {
    const { url, algorithm, kid, pem } = this.current();
    return { configuration: { base_key: { kas_uri: url, public_key: { algorithm, kid, pem } } } };
  }

  @Post('kas.AccessService/PublicKey')
  @HttpCode(200)
  publicKey(): object {
    const { kid, pem } = this.current();
    return { kid, publicKey: pem };
  }

  @Get(['kas/v2/kas_public_key', 'v2/kas_public_key'])
  publicKeyV2(): object {
    return this.publicKey();
  }

  @Get('kas/kas_public_key')
  publicKeyOld(@Query('v') version: string | undefined): object | string {
    return version === '2' ? this.publicKey() : JSON.stringify(this.current().pem);
  }

  @Post('policy.kasregistry.KeyAccessServerRegistryService/ListKeyAccessServers')
  @HttpCode(200)
  servers(): object {
    return { keyAccessServers: [{ uri: this.current().url }], pagination: {} };
  }
}
