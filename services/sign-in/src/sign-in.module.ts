import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import { sessionsBucket } from '@gatehouse/contracts/session';
import { openAddressSources } from '@gatehouse/enforcement/address-sources';
import { DecisionClient } from '@gatehouse/enforcement/decision.client';
import { SnapshotClient } from '@gatehouse/enforcement/snapshot.client';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import { startRelay } from '@gatehouse/postgres/outbox';
import { CONFIG, HEALTH, type Health, LOG, type Log, MESSAGING } from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AssetsHandler } from './assets.handler.ts';
import { BackChannelLogoutHandler } from './backchannel-logout.handler.ts';
import { AuthorizeHandler } from './broker/authorize.handler.ts';
import { BrokerStore } from './broker/broker.store.ts';
import { readBrokerKey } from './broker/broker-key.ts';
import { DiscoveryHandler } from './broker/discovery.handler.ts';
import { LogoutHandler } from './broker/logout.handler.ts';
import { TokenHandler } from './broker/token.handler.ts';
import { CallbackHandler } from './callback.handler.ts';
import { CatalogueClient } from './catalogue.client.ts';
import { type Config, readIdpSecret } from './config.ts';
import { ContinueHandler } from './continue.handler.ts';
import { DeviceCheckStore } from './device/device-check.store.ts';
import { DevicesClient } from './device/devices.client.ts';
import { JudgeHandler } from './device/judge.handler.ts';
import { PageHandler } from './device/page.handler.ts';
import { ReturnHandler } from './device/return.handler.ts';
import { RevocationHandler } from './device/revocation.handler.ts';
import { ErrorFilter } from './error.filter.ts';
import { FlowStore } from './flow.store.ts';
import { IdentityProviderClient } from './identity-provider.client.ts';
import { newFetch } from './loopback-fetch.ts';
import { ProviderStore } from './provider.store.ts';
import { ProviderInsightHandler } from './provider-insight.handler.ts';
import { RedeemCodeStore } from './redeem-code.store.ts';
import { AcsHandler } from './saml/acs.handler.ts';
import { SamlLogoutHandler } from './saml/logout.handler.ts';
import { MetadataHandler } from './saml/metadata.handler.ts';
import { readSamlKey } from './saml/saml-key.ts';
import { SsoHandler } from './saml/sso.handler.ts';
import { SessionHandler } from './session.handler.ts';
import { SessionStore } from './session.store.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { StartHandler } from './start.handler.ts';
import { SweepHandler } from './sweep.handler.ts';

async function openSignIn(config: Config, messaging: Messaging, log: Log, health: Health): Promise<SignIn> {
  const database = await openDatabase({ url: config.DATABASE_URL, schema: 'sessions' });
  const codes = new RedeemCodeStore(database);
  const snapshot = new SnapshotClient(config.SNAPSHOT_PUBLIC_KEY);
  const catalogue = new CatalogueClient(await openAddressSources(config, log));
  const devices = new DevicesClient();
  await Promise.all([snapshot.watch(messaging), catalogue.watch(messaging), devices.watch(messaging)]);
  health.register('postgres', async () => void (await database.query('select 1')));
  health.register(catalogueBucket.bucket, () => {
    if (!catalogue.current()) throw new Error('no catalogue has been published yet');
  });
  return {
    suffix: config.SUFFIX,
    loginOrigins: config.LOGIN_ORIGINS,
    catalogue,
    decisions: new DecisionClient(messaging, snapshot, log),
    providers: new IdentityProviderClient({
      fetch: newFetch(config.ALLOW_LOCALHOST),
      allowLocalhost: config.ALLOW_LOCALHOST,
      readSecret: (reference) => readIdpSecret(config.IDP_SECRETS_DIR, reference),
    }),
    snapshot,
    devices,
    deviceChecks: new DeviceCheckStore(database),
    revocationIntervalMs: config.CRL_INTERVAL_SECONDS * 1000,
    allowLocalhost: config.ALLOW_LOCALHOST,
    providerStore: new ProviderStore(database),
    samlKey: await readSamlKey(database, {
      own: config.SAML_KEY,
      broker: config.BROKER_KEY,
      other: config.SAML_OTHER_KEY,
    }),
    flows: new FlowStore(database),
    codes,
    sessions: new SessionStore(database, await messaging.bucket(sessionsBucket), codes),
    broker: new BrokerStore(database),
    brokerKey: await readBrokerKey(config.BROKER_KEY),
    database,
    messaging,
    log,
    now: Date.now,
  };
}

@Module({
  controllers: [
    StartHandler,
    CallbackHandler,
    ContinueHandler,
    AssetsHandler,
    DiscoveryHandler,
    AuthorizeHandler,
    TokenHandler,
    LogoutHandler,
    ReturnHandler,
    PageHandler,
    AcsHandler,
    SsoHandler,
    MetadataHandler,
    SamlLogoutHandler,
    BackChannelLogoutHandler,
  ],
  providers: [
    { provide: SIGN_IN, useFactory: openSignIn, inject: [CONFIG, MESSAGING, LOG, HEALTH] },
    { provide: APP_FILTER, useClass: ErrorFilter },
    SessionHandler,
    ProviderInsightHandler,
    SweepHandler,
    JudgeHandler,
    RevocationHandler,
  ],
})
export class SignInModule implements OnModuleDestroy {
  private readonly signIn: SignIn;
  private readonly relay: { stop(): unknown };
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
    this.relay = startRelay(signIn.database, signIn.messaging, signIn.log);
  }

  async onModuleDestroy(): Promise<void> {
    await this.relay.stop();
    await this.signIn.database.destroy();
  }
}
