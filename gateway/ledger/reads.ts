/**
 * The record of reads by caseworkers: identity keeps it, and shows each citizen hers. It is durable before anything is
 * asked of a subgraph; when it cannot be written, nothing is read.
 */
import { randomUUID } from "node:crypto";
import type { Logger } from "../../platform/log.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { HuiminError } from "../../trust/errors.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { covers, type StatedPurpose } from "../../trust/purposes.ts";
import { mostCitizensRead, type Read, readsPath } from "../../trust/reads.ts";
import type { Admitted } from "../admission/admit.ts";
import { citizensNamed } from "../operation/named-citizens.ts";
import type { CompiledOperation, Variables } from "../operation/operation.ts";

/** Keeps one read. Throws HuiminError `READ_NOT_RECORDED`, or `FORBIDDEN` for people whom identity does not know. */
export type RecordRead = (read: Read) => Promise<void>;

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
  return { transaction: randomUUID(), caseworker, citizens, client, department, role, purpose: code, categories };
}

/** A caseworker with the right to read those of whom it is recorded that she does. */
export function withRead(signedIn: Admitted, { citizens, transaction }: Read): Admitted {
  if (signedIn.kind !== "signed in" || !signedIn.caller.purpose) return signedIn;
  const { caller, tokenId } = signedIn;
  const purpose = { ...signedIn.caller.purpose, citizens };
  // Nothing that is kept for one read serves another.
  return { ...signedIn, caller: { ...caller, purpose }, tokenId: `${tokenId} ${transaction}` };
}

function coveredOf(categories: readonly string[], purpose: StatedPurpose): string[] {
  return categories.filter((category) => covers(purpose, [category]));
}

/** Milliseconds. */
const patience = 3_000;

/** Makes the function that has identity keep reads. */
export function createReadRecord(issuer: string, signer: ClientAssertionSigner, log: Logger): RecordRead {
  const tell = async (read: Read): Promise<number> => {
    const response = await fetch(`${issuer}${readsPath}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${await signClientAssertion(signer, issuer)}`,
      },
      body: JSON.stringify(read),
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    return response.status;
  };
  return async (read) => {
    const status = await tell(read).catch((error: unknown) => {
      log.error({ err: error, transaction: read.transaction }, "a read could not be recorded");
    });
    if (status === 204) return;
    if (status === 422) throw new HuiminError("FORBIDDEN");
    if (status !== undefined) log.error({ status, transaction: read.transaction }, "identity does not record a read");
    throw new HuiminError("READ_NOT_RECORDED");
  };
}
