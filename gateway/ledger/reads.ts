/**
 * What is recorded of reads by anybody but the citizen: identity keeps it, and shows each citizen hers. It is durable
 * before anything is asked of a subgraph; when it cannot be written, nothing is read.
 */
import { createHmac, randomBytes } from "node:crypto";
import { readScope } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { covers, type StatedPurpose } from "../../trust/purposes.ts";
import {
  type CaseworkersRead,
  type CompanysRead,
  type DelegatesRead,
  mostCitizensRead,
  mostCustomersRead,
  type Read,
} from "../../trust/reads.ts";
import type { Admitted } from "../admission/admit.ts";
import { citizensNamed } from "../operation/named-citizens.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";

/** What somebody is about to read. */
export interface Reading {
  readonly admitted: Admitted;
  readonly operation: Pick<CompiledOperation, "definition" | "named" | "categories">;
  readonly variables: Variables;
}

/**
 * The read that must be recorded before a request for a purpose is carried out; undefined for whoever states none.
 *
 * @throws HuiminError `FORBIDDEN` for anything but a query, `BAD_REQUEST` when it is about nobody or too many
 */
export function readForPurpose({
  admitted,
  operation,
  variables,
}: Reading): CaseworkersRead | CompanysRead | undefined {
  const purpose = admitted.kind === "signed in" ? admitted.caller.purpose : undefined;
  if (admitted.kind !== "signed in" || !purpose) return undefined;
  if (operation.definition.operation !== "query") {
    throw new HuiminError("FORBIDDEN", { message: "For a purpose you may send queries only." });
  }
  const { code, reader } = purpose;
  const most = reader.kind === "company" ? mostCustomersRead : mostCitizensRead;
  const citizens = [...new Set(citizensNamed(operation.named, variables))].sort();
  if (citizens.length === 0 || citizens.length > most) {
    const message = `Name the citizens whom you read, and no more than ${most}: citizen(id: …).`;
    throw new HuiminError("BAD_REQUEST", { message });
  }
  if (!citizens.every((citizen) => pseudonymPattern.test(citizen))) throw new HuiminError("FORBIDDEN");
  const { subject: person, clientId: client } = admitted.caller;
  const categories = coveredOf(operation.categories, purpose);
  const transaction = transactionOf(admitted.tokenId, citizens);
  const read = { transaction, citizens, client, purpose: code, categories };
  if (reader.kind === "company") return { ...read, reader: "company", sector: reader.sector };
  const { department, role } = reader;
  return { ...read, reader: "caseworker", person, department, role };
}

/**
 * The read that must be recorded before anything is asked for somebody who acts for another; undefined for everybody
 * else, and when she was not granted any of what would be asked.
 *
 * @param kinds the kinds of personal data that each subgraph will be asked for
 */
export function delegatesRead(
  admitted: Admitted,
  kinds: ReadonlyMap<string, readonly string[]>,
): DelegatesRead | undefined {
  if (admitted.kind !== "signed in") return undefined;
  const { subject, actor, clientId: client, scopes } = admitted.caller;
  const granted = [...kinds].filter(([subgraph]) => scopes.has(readScope(subgraph)));
  if (!actor || granted.length === 0) return undefined;
  const categories = [...new Set(granted.flatMap(([, each]) => each))].sort();
  const transaction = transactionOf(admitted.tokenId, [subject]);
  return { reader: "delegate", transaction, person: actor, citizens: [subject], client, categories };
}

/** Somebody with the right to read those of whom it is recorded that she does. */
export function withRead(signedIn: Admitted, { citizens, transaction }: Read): Admitted {
  if (signedIn.kind !== "signed in") return signedIn;
  const { caller } = signedIn;
  const stated = caller.purpose && { purpose: { ...caller.purpose, citizens } };
  // What is kept for one read serves another of the same token, purpose and citizens, which is recorded as well.
  return { ...signedIn, caller: { ...caller, ...stated }, tokenId: transaction, transaction };
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
