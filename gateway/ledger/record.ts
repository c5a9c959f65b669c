/** How reads come into identity's record: many in one call, each with an outcome of its own. */
import type { Logger } from "../../platform/log.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { HuiminError } from "../../trust/errors.ts";
import { mostReadsAtOnce, type Read, type ReadOutcome, readOutcomesSchema, readsPath } from "../../trust/reads.ts";
import { createGroupCommit } from "./group-commit.ts";

/**
 * Keeps one read; resolves once it is durable. Throws HuiminError `READ_NOT_RECORDED` or `OVERLOADED`, or `FORBIDDEN`
 * for people whom identity does not know.
 */
export type RecordRead = (read: Read) => Promise<void>;

export interface ReadRecord {
  readonly record: RecordRead;
  /** Waits for what is on its way; nothing is recorded any more. */
  close(): Promise<void>;
}

/** Milliseconds, from the arrival of a read. */
const patience = 3_000;

/** Most reads that wait: what identity takes in well within the patience. */
const mostWaiting = 1_000;

/** Has identity keep reads, one call at a time: what comes meanwhile goes with the next. */
export function createReadRecord(issuer: string, signer: ClientAssertionSigner, log: Logger): ReadRecord {
  const tell = async (reads: readonly Read[]): Promise<readonly ReadOutcome[]> => {
    try {
      return await outcomesOf(issuer, await signClientAssertion(signer, issuer), reads);
    } catch (error) {
      log.error({ err: error, reads: reads.length }, "reads could not be recorded");
      throw error;
    }
  };
  const commit = createGroupCommit(tell, { together: mostReadsAtOnce, waiting: mostWaiting, patience });
  return {
    async record(read) {
      const outcome = await commit.add(read);
      if (outcome === "kept") return;
      if (outcome === "unknown-person") throw new HuiminError("FORBIDDEN");
      log.error({ outcome, transaction: read.transaction }, "identity does not record a read");
      throw new HuiminError("READ_NOT_RECORDED");
    },
    close: () => commit.close(),
  };
}

async function outcomesOf(issuer: string, assertion: string, reads: readonly Read[]): Promise<readonly ReadOutcome[]> {
  const response = await fetch(`${issuer}${readsPath}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${assertion}` },
    body: JSON.stringify({ reads }),
    redirect: "error",
    signal: AbortSignal.timeout(patience),
  });
  // Read to its end whatever it is, so that the next call has the connection.
  const answer: unknown = await response.json();
  if (response.status !== 200) throw new Error(`identity answered with ${response.status}`);
  return readOutcomesSchema.parse(answer).outcomes;
}
