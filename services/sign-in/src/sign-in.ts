// Everything a handler works with, wired once in the module.
import type { DecisionClient } from '@gatehouse/enforcement/decision.client';
import type { SnapshotClient } from '@gatehouse/enforcement/snapshot.client';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { DataSource } from 'typeorm';
import type { BrokerStore } from './broker/broker.store.ts';
import type { BrokerKey } from './broker/broker-key.ts';
import type { CatalogueClient } from './catalogue.client.ts';
import type { DeviceCheckStore } from './device/device-check.store.ts';
import type { DevicesClient } from './device/devices.client.ts';
import type { FlowStore } from './flow.store.ts';
import type { IdentityProviderClient } from './identity-provider.client.ts';
import type { ProviderStore } from './provider.store.ts';
import type { RedeemCodeStore } from './redeem-code.store.ts';
import type { SamlKey } from './saml/saml-key.ts';
import type { SessionStore } from './session.store.ts';

export type SignIn = {
  readonly suffix: string;
  readonly loginOrigins: readonly string[];
  readonly catalogue: CatalogueClient;
  readonly decisions: DecisionClient;
  readonly providers: IdentityProviderClient;
  readonly snapshot: SnapshotClient;
  readonly devices: DevicesClient;
  readonly deviceChecks: DeviceCheckStore;
  /** Between two looks at every revocation list. */
  readonly revocationIntervalMs: number;
  readonly allowLocalhost: boolean;
  readonly providerStore: ProviderStore;
  /** Absent: no SAML here. */
  readonly samlKey: SamlKey | undefined;
  readonly flows: FlowStore;
  readonly codes: RedeemCodeStore;
  readonly sessions: SessionStore;
  readonly broker: BrokerStore;
  readonly brokerKey: BrokerKey;
  readonly database: DataSource;
  readonly messaging: Messaging;
  readonly log: Log;
  readonly now: () => number;
};

export const SIGN_IN = Symbol('SIGN_IN');
