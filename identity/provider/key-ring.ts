/** The private keys that this replica signs with, as fresh as its last look at the database. */
import type { JWK } from "oidc-provider";
import type { KeyPace } from "../keys/pace.ts";
import type { KeyRecord } from "../keys/rotation.ts";
import {
  advanceSigningKeys,
  type KeyStores,
  listSigningKeys,
  openSigningKeys,
  sealPlainKeys,
} from "../store/signing-keys.ts";

export interface KeyRing {
  /** Of each algorithm the key that signs comes first. */
  keys(): readonly JWK[];
  /** Whether the last look is recent enough to sign by it. */
  isTrusted(): boolean;
  /** Looks again. @returns whether anything has changed */
  reload(): Promise<boolean>;
}

/**
 * Opens the keys of the database; the first start makes them.
 *
 * @throws StartRefused when the key-encryption keys do not open them
 */
export async function openKeyRing(stores: KeyStores, pace: Pick<KeyPace, "trusted">): Promise<KeyRing> {
  const { database, sealers } = stores;
  let records: readonly KeyRecord[] = [];
  let keys: readonly JWK[] = [];
  let seenAt = 0;
  const reload = async () => {
    const begunAt = performance.now();
    const found = await listSigningKeys(database);
    const isSame = nameOf(found) === nameOf(records);
    if (!isSame) {
      keys = await openSigningKeys(database, sealers, found);
      records = found;
    }
    seenAt = begunAt;
    return !isSame;
  };
  await sealPlainKeys(database, sealers);
  await advanceSigningKeys(stores);
  await reload();
  return {
    keys: () => keys,
    isTrusted: () => performance.now() - seenAt <= pace.trusted * 1_000,
    reload,
  };
}

function nameOf(records: readonly KeyRecord[]): string {
  return records.map(({ keyId, state }) => `${keyId} ${state}`).join(", ");
}
