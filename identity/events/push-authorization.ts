/** What a push shows its receiver in the header `Authorization` (SSF 1.0, 6.1.1), sealed in the database. */
import type { Queryable } from "../../platform/postgres.ts";
import { isSealedUnderFirst, type KeyEncryptionKeys, openText, sealText } from "../keys/sealing.ts";

const nameOf = (streamId: string) => `authorization of stream ${streamId}`;

export async function sealAuthorization(streamId: string, header: string, sealers: KeyEncryptionKeys): Promise<string> {
  return await sealText(nameOf(streamId), header, sealers);
}

/** @throws Error when it cannot be opened */
export async function openAuthorization(streamId: string, sealed: string, sealers: KeyEncryptionKeys): Promise<string> {
  return await openText(nameOf(streamId), sealed, sealers);
}

/** Seals again, under the first key-encryption key, what lies under another. @returns whose that was */
export async function resealAuthorizations(tx: Queryable, sealers: KeyEncryptionKeys): Promise<string[]> {
  const rows = await tx.query<{ stream_id: string; client_id: string; sealed: string }>(
    `SELECT stream_id, client_id, sealed_authorization AS sealed FROM event_stream
     WHERE sealed_authorization IS NOT NULL ORDER BY client_id FOR UPDATE`,
  );
  const stale = rows.filter(({ sealed }) => !isSealedUnderFirst(sealed, sealers));
  for (const { stream_id: id, sealed } of stale) {
    const text = await sealAuthorization(id, await openAuthorization(id, sealed, sealers), sealers);
    await tx.query("UPDATE event_stream SET sealed_authorization = $2 WHERE stream_id = $1", [id, text]);
  }
  return stale.map(({ client_id }) => client_id);
}
