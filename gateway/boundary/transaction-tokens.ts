/** The gateway's own tokens for the subgraphs: minted once for an access token, used for many calls. */
import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import {
  mintTransactionToken,
  type TransactionTokenSigner,
  transactionAt,
  transactionTokenLifetime,
} from "../../trust/transaction-token.ts";
import type { SignedIn } from "../admission/admit.ts";
import type { Sectors } from "./sectors.ts";

/** Most tokens that are kept. */
const keptTokens = 10_000;

/** A token is renewed when it has less than this left, in seconds: it must outlive the call it goes with. */
const renewBefore = 20;

interface Minted {
  readonly token: Promise<string>;
  /** Seconds since the epoch. */
  readonly renewAt: number;
}

/**
 * Makes the function that gives the transaction token of somebody for one subgraph, which names her in the form
 * of the subgraph's sector.
 *
 * The function throws what `sectors.leaving` throws.
 */
export function createTransactionTokens(signer: TransactionTokenSigner, sectors: Pick<Sectors, "leaving">) {
  const kept = new LRUCache<string, Minted>({ max: keptTokens });
  return ({ caller, tokenId, transaction }: SignedIn, subgraph: string): Promise<string> => {
    const key = `${tokenId} ${subgraph}`;
    const now = Math.floor(Date.now() / 1000);
    const known = kept.get(key);
    if (known && now < known.renewAt) return known.token;
    const txn = transaction === undefined ? randomUUID() : transactionAt(transaction, subgraph);
    const token = mintTransactionToken(signer, sectors.leaving(caller, subgraph), subgraph, txn, now);
    kept.set(key, { token, renewAt: now + transactionTokenLifetime - renewBefore });
    token.catch(() => kept.delete(key));
    return token;
  };
}
