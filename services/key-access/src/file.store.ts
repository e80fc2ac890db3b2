// Protected files, grants and requests for access. Every open reads afresh: a revocation holds from its commit on.
import { randomUUID } from 'node:crypto';
import type { fileProtected } from '@gatehouse/contracts/files';
import { type FileRight, protectionSchema } from '@gatehouse/contracts/label';
import type { accessRequestDecide, accessRequestList, fileList, fileRevoke } from '@gatehouse/contracts/protected-file';
import { once } from '@gatehouse/postgres/inbox';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { FileRecord } from './open-check.ts';

type Registration = z.output<(typeof fileProtected)['payload']>;
type Row = {
  file_id: string;
  app: string;
  label: string;
  file_name: string;
  downloader: string;
  size: string;
  protection: unknown;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  revoked_by: string | null;
  granted: FileRight[] | null;
};

export class FileStore {
  readonly #source: DataSource;
  constructor(source: DataSource) {
    this.#source = source;
  }

  /** Records what the labeler has sealed; a repeated event changes nothing. */
  async register(event: Registration): Promise<void> {
    const { fileId, decisionId, label, app, fileName, sha256, size, user, sessionId, at, expiresAt, labelId, keyId } =
      event;
    const values = [
      fileId,
      decisionId,
      label,
      app,
      fileName,
      sha256,
      size,
      user,
      sessionId ?? null,
      at,
      expiresAt ?? null,
    ];
    await once(this.#source, 'key-access', event.id, async (manager) => {
      await manager.query(
        `INSERT INTO keys (file_id, decision_id, label, app, file_name, sha256, size, downloader, session_id, created_at,
           expires_at, label_id, key_id, protection)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING`,
        [...values, labelId, keyId, JSON.stringify(event.protection)],
      );
    });
  }

  /** The record as it is now, with what this person was granted. */
  async find(fileId: string, user: string): Promise<FileRecord | undefined> {
    const rows: Row[] = await this.#source.query(
      `SELECT keys.*, grants.rights AS granted FROM keys LEFT JOIN grants ON grants.file_id = keys.file_id
         AND grants.user_name = lower($2) AND (grants.expires_at IS NULL OR grants.expires_at > now())
       WHERE keys.file_id = $1 AND keys.protection IS NOT NULL`,
      [fileId, user],
    );
    return rows[0] ? toRecord(rows[0]) : undefined;
  }

  async revoke(input: z.output<(typeof fileRevoke)['input']>): Promise<number> {
    const { by, fileId, user, label, sessionId } = input;
    if (!fileId && !user && !label && !sessionId) return 0;
    const [, count]: [unknown, number] = await this.#source.query(
      `UPDATE keys SET revoked_at = now(), revoked_by = $1 WHERE revoked_at IS NULL
         AND ($2::uuid IS NULL OR file_id = $2) AND ($3::text IS NULL OR lower(downloader) = lower($3))
         AND ($4::text IS NULL OR lower(label) = lower($4)) AND ($5::uuid IS NULL OR session_id = $5)`,
      [by, fileId ?? null, user ?? null, label ?? null, sessionId ?? null],
    );
    return count;
  }

  async list(input: z.output<(typeof fileList)['input']>): Promise<z.input<(typeof fileList)['output']>> {
    const rows: Row[] = await this.#source.query(
      `SELECT * FROM keys WHERE ($1::text IS NULL OR lower(downloader) = lower($1))
         AND ($2::text IS NULL OR lower(label) = lower($2)) ORDER BY created_at DESC LIMIT $3`,
      [input.user ?? null, input.label ?? null, input.limit],
    );
    return {
      files: rows.map((row) => ({
        ...{ fileId: row.file_id, fileName: row.file_name, label: row.label, app: row.app, user: row.downloader },
        size: Number(row.size),
        protectedAt: row.created_at.toISOString(),
        ...(row.expires_at ? { expiresAt: row.expires_at.toISOString() } : {}),
        ...(row.revoked_at ? { revokedAt: row.revoked_at.toISOString(), revokedBy: row.revoked_by ?? '' } : {}),
      })),
    };
  }

  /** One open request per person and file; an unknown file is silently none. */
  async requestAccess(fileId: string, user: string, justification: string): Promise<void> {
    await this.#source.query(
      `INSERT INTO access_requests (id, file_id, user_name, justification)
       SELECT $1, file_id, lower($3), $4 FROM keys WHERE file_id = $2 ON CONFLICT DO NOTHING`,
      [randomUUID(), fileId, user, justification],
    );
  }

  async requests(
    input: z.output<(typeof accessRequestList)['input']>,
  ): Promise<z.input<(typeof accessRequestList)['output']>> {
    type RequestRow = {
      id: string;
      file_id: string;
      file_name: string;
      label: string;
      user_name: string;
      justification: string;
      requested_at: Date;
      state: 'open' | 'granted' | 'refused';
      decided_by: string | null;
    };
    const rows: RequestRow[] = await this.#source.query(
      `SELECT access_requests.*, file_name, label FROM access_requests JOIN keys USING (file_id)
       WHERE $1::text IS NULL OR state = $1 ORDER BY requested_at DESC LIMIT 500`,
      [input.state ?? null],
    );
    return {
      requests: rows.map((row) => ({
        ...{ id: row.id, fileId: row.file_id, fileName: row.file_name, label: row.label, user: row.user_name },
        ...{ justification: row.justification, requestedAt: row.requested_at.toISOString(), state: row.state },
        ...(row.decided_by ? { decidedBy: row.decided_by } : {}),
      })),
    };
  }

  async decide(
    input: z.output<(typeof accessRequestDecide)['input']>,
  ): Promise<z.input<(typeof accessRequestDecide)['output']>> {
    const { id, by, decision } = input;
    const state = decision.type === 'grant' ? 'granted' : 'refused';
    return this.#source.transaction(async (manager) => {
      const found: { file_id: string; user_name: string; state: string }[] = await manager.query(
        'SELECT * FROM access_requests WHERE id = $1 FOR UPDATE',
        [id],
      );
      const request = found[0];
      if (!request) return { state: 'notFound' };
      if (request.state !== 'open') return { state: 'alreadyDecided' };
      await manager.query('UPDATE access_requests SET state = $2, decided_by = $3, decided_at = now() WHERE id = $1', [
        id,
        state,
        by,
      ]);
      if (decision.type === 'grant')
        await manager.query(
          `INSERT INTO grants (file_id, user_name, rights, granted_by, expires_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (file_id, user_name) DO UPDATE SET rights = excluded.rights, granted_by = excluded.granted_by,
             granted_at = now(), expires_at = excluded.expires_at`,
          [request.file_id, request.user_name, decision.rights, by, decision.expiresAt ?? null],
        );
      return { state };
    });
  }
}

function toRecord(row: Row): FileRecord {
  return {
    ...{ fileId: row.file_id, app: row.app, label: row.label, fileName: row.file_name, downloader: row.downloader },
    protection: protectionSchema.parse(row.protection),
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    granted: row.granted ?? [],
  };
}
