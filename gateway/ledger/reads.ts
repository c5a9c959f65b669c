/**
 * What is recorded of reads by caseworkers: identity keeps it, and shows each citizen hers. It is durable before anything
 * is asked of a subgraph; when it cannot be written, nothing is read.
 */
import { createHmac, randomBytes } from "node:crypto";
import { HuiminError } from "../../trust/errors.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { covers, type StatedPurpose } from "../../trust/purposes.ts";
import { mostCitizensRead, type Read } from "../../trust/reads.ts";
import type { Admitted } from "../admission/admit.ts";
import { citizensNamed } from "../operation/named-citizens.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";

/** What a caseworker is about to read. */
export interface Reading {
  readonly admitted: Admitted;
  readonly operation: Pick<CompiledOperation, "definition" | "named" | "categories">;
  readonly variables: Variables;
}

/**
 * The read that must be recorded before a request is carried out; undefined for whoever states no purpose.
 *
 * @throws HuiminError `FORBIDDEN` for anything but a query, `BAD_REQUEST` when it is about nobody or too many
 */
export function readToRecord({ admitted, operation, variables }: Reading): Read | undefined {
  const purpose = admitted.kind === "signed in" ? admitted.caller.purpose : undefined;
  if (admitted.kind !== "signed in" || !purpose) return undefined;
  if (operation.definition.operation !== "query") {
    throw new HuiminError("FORBIDDEN", { message: "For a purpose you may send queries only." });
  }
  const citizens = [...new Set(citizensNamed(operation.named, variables))].sort();
  if (citizens.length === 0 || citizens.length > mostCitizensRead) {
    const message = `Name the citizens whom you read, and no more than ${mostCitizensRead}: citizen(id: …).`;
    throw new HuiminError("BAD_REQUEST", { message });
  }
  if (!citizens.every((citizen) => pseudonymPattern.test(citizen))) throw new HuiminError("FORBIDDEN");
  const { subject: caseworker, clientId: client } = admitted.caller;
  const { code, department, role } = purpose;
  const categories = coveredOf(operation.categories, purpose);
  const transaction = transactionOf(admitted.tokenId, citizens);
  return { transaction, caseworker, citizens, client, department, role, purpose: code, categories };
}

/** A caseworker with the right to read those of whom it is recorded that she does. */
export function withRead(signedIn: Admitted, { citizens, transaction }: Read): Admitted {
  if (signedIn.kind !== "signed in" || !signedIn.caller.purpose) return signedIn;
  const purpose = { ...signedIn.caller.purpose, citizens };
  // What is kept for one read serves another of the same token, purpose and citizens, which is recorded as well.
  return { ...signedIn, caller: { ...signedIn.caller, purpose }, tokenId: transaction, transaction };
}

/** Of this process: whoever has an access token cannot tell from it what its transactions are called. */
const secret = randomBytes(32);

/** The name under which all reads of these citizens with one access token for one purpose go. */
function transactionOf(tokenId: string, citizens: readonly string[]): string {
  return createHmac("sha256", secret)
    .update([tokenId, ...citizens].join(" "))
    .digest("base64url");
}

function coveredOf(categories: readonly string[], purpose: StatedPurpose): string[] {
  return categories.filter((category) => covers(purpose, [category]));
}
