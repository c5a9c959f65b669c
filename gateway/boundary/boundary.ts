/**
 * The only way out to a subgraph. A call carries the gateway's transaction token and nothing of the
 * client's headers; what comes back is checked and masked.
 */
import { type ErrorCode, errorCatalogue } from "../../trust/errors.ts";
import { type TransactionTokenSigner, transactionTokenHeader } from "../../trust/transaction-token.ts";
import type { Errand } from "../admission/admit.ts";
import { checkAnswer } from "./answer-check.ts";
import { createSubgraphClient, type SubgraphClient } from "./subgraph-client.ts";
import { createTransactionTokens } from "./transaction-tokens.ts";

/** One operation for one subgraph. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
}

/** An error that the caller may hear. */
export interface SubgraphError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Where in the subgraph's answer; missing when it concerns the whole. */
  readonly path?: readonly (string | number)[];
}

export interface SubgraphAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly SubgraphError[];
}

export interface Boundary {
  /** Asks a subgraph on behalf of the caller. Never rejects: what fails becomes an error of the answer. */
  call(subgraph: string, request: SubgraphRequest, errand: Errand): Promise<SubgraphAnswer>;
  /** Lets calls in flight finish, then closes all connections. */
  close(): Promise<void>;
}

/** The boundary to the subgraphs at `addresses`. */
export function createBoundary(addresses: ReadonlyMap<string, URL>, signer: TransactionTokenSigner): Boundary {
  const clients = new Map([...addresses].map(([name, address]) => [name, createSubgraphClient(address)]));
  const transactionToken = createTransactionTokens(signer);
  return {
    async call(subgraph, request, { admitted, log }) {
      const client = clients.get(subgraph);
      if (admitted.kind === "anonymous") return failed("UNAUTHENTICATED");
      if (!client) return failed("INTERNAL_SERVER_ERROR");
      try {
        const token = await transactionToken(admitted, subgraph);
        return await ask(client, request, token);
      } catch (error) {
        log.warn({ subgraph, err: error }, "a subgraph does not answer as it should");
        return failed("SUBGRAPH_UNAVAILABLE");
      }
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

async function ask(client: SubgraphClient, request: SubgraphRequest, token: string): Promise<SubgraphAnswer> {
  const { status, body } = await client.post(request, { [transactionTokenHeader]: token });
  // Whoever it is that asks, she was admitted: a 401 is about the gateway's own token.
  if (status === 401) throw new Error("the transaction token was refused");
  const { representations } = request.variables;
  const answer = checkAnswer(body, Array.isArray(representations) ? representations.length : undefined);
  if (!answer) throw new Error(`status ${status} with a body that is no GraphQL answer to the request`);
  return answer;
}

function failed(code: ErrorCode): SubgraphAnswer {
  return { data: null, errors: [{ code, message: errorCatalogue[code].message }] };
}
