// What is remembered about identity providers: messages already used, and what the last sign-in said.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { type LastSignIn, lastSignInSchema } from '@gatehouse/contracts/session-control';
import type { DataSource } from 'typeorm';
import type { Identity } from './identity.ts';
import { hashOf } from './secret-token.ts';
import type { ProviderSessions } from './session.store.ts';

type Claims = Readonly<Record<string, unknown>>;

export class ProviderStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  /** True the first time a message of this party is seen, on whichever replica. `expires` in milliseconds. */
  async useOnce(party: string, id: string, expires: number): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      'insert into used_messages (id_hash, expires_at) values ($1, $2) on conflict do nothing returning id_hash',
      [hashOf(JSON.stringify([party, id])), new Date(expires)],
    );
    return rows.length === 1;
  }

  /** Forgets short logins, tokens and open notices of what a provider has ended: none may become a session later. */
  async forget({ provider, subject, sessions }: ProviderSessions): Promise<void> {
    const where = (identity: string) =>
      `${identity}->>'identityProvider' = $1 and ($2::text is null or ${identity}->>'subject' = $2)
         and ($3::text[] is null or ${identity}->>'providerSession' = any($3)
              or ($2::text is not null and ${identity}->>'providerSession' is null))`;
    const values = [provider, subject ?? null, sessions?.length ? sessions : null];
    await this.database.query(`delete from broker_logins where ${where('identity')}`, values);
    await this.database.query(`delete from broker_tokens where ${where(`(grant_data->'identity')`)}`, values);
    await this.database.query(`delete from broker_codes where ${where(`(grant_data->'identity')`)}`, values);
    await this.database.query(`delete from notices where ${where(`(pending->'identity')`)}`, values);
  }

  async rememberSignIn(provider: IdentityProvider, claims: Claims, identity: Identity, now: number): Promise<void> {
    await this.database.query(
      `insert into last_sign_ins (idp, said) values ($1, $2) on conflict (idp) do update set said = excluded.said`,
      [provider.id, JSON.stringify(maskedSignIn(claims, identity, now))],
    );
  }

  async lastSignIn(provider: string): Promise<LastSignIn | undefined> {
    const rows: { said: unknown }[] = await this.database.query('select said from last_sign_ins where idp = $1', [
      provider,
    ]);
    return rows[0] ? lastSignInSchema.parse(rows[0].said) : undefined;
  }
}

/** Names in full, values only as far as an administrator needs to tell the mapping right from wrong. */
export function maskedSignIn(claims: Claims, identity: Identity, now: number): LastSignIn {
  const listed = Object.entries(claims).slice(0, 60);
  return {
    at: new Date(now).toISOString(),
    claims: listed.map(([name, value]) => {
      const values = (Array.isArray(value) ? value : [value]).map((each) => mask(String(each)));
      return { name: name.slice(0, 200), values: values.slice(0, 5), count: values.length };
    }),
    mapped: {
      userName: mask(identity.user),
      name: mask(identity.name ?? ''),
      groups: identity.groups.slice(0, 100),
      deviceTags: identity.deviceTags,
    },
  };
}

/** `mia@acme.example` → `mi…@acme.example`; other texts keep their first two characters. */
function mask(text: string): string {
  const [local = '', domain] = text.split('@');
  if (domain !== undefined && domain.length <= 100) return `${local.slice(0, 2)}…@${domain}`;
  return text.length <= 2 ? text : `${text.slice(0, 2)}…`;
}
