/** How reads come into identity's record: many in one call, each with an outcome of its own. */
import { Client } from "undici";
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

/** Has identity keep reads, one call at a time on one connection: what comes meanwhile goes with the next. */
export function createReadRecord(issuer: string, signer: ClientAssertionSigner, log: Logger): ReadRecord {
  const address = new URL(`${issuer}${readsPath}`);
  const client = new Client(address.origin, { connect: { timeout: patience } });
  const tell = async (reads: readonly Read[]): Promise<readonly ReadOutcome[]> => {
    try {
      return await outcomesOf(client, address.pathname, await signClientAssertion(signer, issuer), reads);
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
    async close() {
      await commit.close();
      await client.close();
    },
  };
}

async function outcomesOf(
  client: Client,
  path: string,
  assertion: string,
  reads: readonly Read[],
): Promise<readonly ReadOutcome[]> {
  const { statusCode, body } = await client.request({
    method: "POST",
    path,
    headers: { "content-type": "application/json", authorization: `Bearer ${assertion}` },
    body: JSON.stringify({ reads }),
    signal: AbortSignal.timeout(patience),
  });
  // Read to its end whatever it is, so that the next call has the connection.
  const answer = await body.text();
  if (statusCode !== 200) throw new Error(`identity answered with ${statusCode}`);
  return readOutcomesSchema.parse(JSON.parse(answer)).outcomes;
}
