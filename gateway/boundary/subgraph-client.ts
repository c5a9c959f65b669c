/** One subgraph over HTTP: kept-alive connections, bounded waiting, bounded answers, no redirects. */
import { Pool } from "undici";

/** What a subgraph said, whatever its status. */
export interface SubgraphReply {
  readonly status: number;
  readonly body: unknown;
}

export interface SubgraphClient {
  /**
   * Posts a JSON body.
   *
   * @throws Error when there is no answer in time, it is too large, or not JSON
   */
  post(body: string, headers: Readonly<Record<string, string>>): Promise<SubgraphReply>;
  /** Lets calls in flight finish, then closes the connections. */
  close(): Promise<void>;
}

const limits = {
  /** Connections to one subgraph. */
  connections: 64,
  /** Until a connection stands, in milliseconds. */
  connectTimeout: 2_000,
  /** From the call to the last byte of its answer, in milliseconds. */
  callTimeout: 5_000,
  /** Largest answer, in bytes. */
  responseSize: 8 * 1024 * 1024,
  /** How long an idle connection is kept, in milliseconds; less than the 65 s of our servers. */
  keepAlive: 30_000,
} as const;

/** A client for the subgraph at `address`. */
export function createSubgraphClient(address: URL): SubgraphClient {
  const pool = new Pool(address.origin, {
    connections: limits.connections,
    connectTimeout: limits.connectTimeout,
    headersTimeout: limits.callTimeout,
    bodyTimeout: limits.callTimeout,
    keepAliveTimeout: limits.keepAlive,
    maxResponseSize: limits.responseSize,
  });
  const path = address.pathname + address.search;
  return {
    async post(body, headers) {
      const response = await pool.request({
        method: "POST",
        path,
        headers: { ...headers, "content-type": "application/json", accept: "application/json" },
        body,
        signal: AbortSignal.timeout(limits.callTimeout),
      });
      return { status: response.statusCode, body: parseJson(await response.body.text()) };
    },
    close: () => pool.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes what it could not read, and that may be personal data: it must not reach a log.
    throw new Error("the body is not JSON");
  }
}
