/** With what a call shows a subgraph for whom it comes. */
import { readScope } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { type TransactionTokenSigner, transactionTokenHeader } from "../../trust/transaction-token.ts";
import type { Errand } from "../admission/admit.ts";
import type { Sectors } from "./sectors.ts";
import { createTransactionTokens } from "./transaction-tokens.ts";

/** What goes with one call. */
export interface CallCredentials {
  readonly headers: Readonly<Record<string, string>>;
  /** Who asks. Calls of different identities never share an answer, even when their headers are the same. */
  readonly identity: string;
}

/** Gives what goes with a call to `subgraph`. A HuiminError that it throws is the answer to the call. */
export type Credentials = (errand: Errand, subgraph: string) => Promise<CallCredentials>;

/**
 * The gateway's own transaction token for the caller.
 *
 * The function throws HuiminError `UNAUTHENTICATED` when nobody is signed in, `FORBIDDEN` without the scope of the
 * subgraph, and what `sectors.leaving` throws.
 */
export function transactionTokenCredentials(
  signer: TransactionTokenSigner,
  sectors: Pick<Sectors, "leaving">,
): Credentials {
  const transactionToken = createTransactionTokens(signer, sectors);
  return async ({ admitted }, subgraph) => {
    if (admitted.kind !== "signed in") throw new HuiminError("UNAUTHENTICATED");
    // The subgraph would refuse her as well; what she was not granted does not come so far.
    if (!admitted.caller.scopes.has(readScope(subgraph))) throw new HuiminError("FORBIDDEN");
    const token = await transactionToken(admitted, subgraph);
    return { headers: { [transactionTokenHeader]: token }, identity: admitted.tokenId };
  };
}

/** The client's own `Authorization` as it is, or nothing. For a gateway that trusts its subgraphs with it. */
export const forwardedCredentials: Credentials = async ({ forwarded }) => {
  const { authorization } = forwarded ?? {};
  return { headers: authorization === undefined ? {} : { authorization }, identity: authorization ?? "" };
};
