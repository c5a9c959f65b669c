/**
 * One HTTP request and its reply. It handles undici's own events: no stream, no signal and no Error is
 * made for a call that succeeds, which halves the cost of `Pool.request`.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

/** What a subgraph said, whatever its status. */
export interface SubgraphReply {
  readonly ok: true;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Why there is no reply. */
export interface SubgraphFault {
  readonly ok: false;
  /** For the log. */
  readonly reason: string;
  /** True when the connection failed: the same call may succeed on another one. */
  readonly connection: boolean;
}

export type SubgraphOutcome = SubgraphReply | SubgraphFault;

/** Codes of Node and undici for a connection that could not be made or broke. */
const connectionErrors: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** A gateway or load balancer in front of the subgraph says that it cannot be reached. */
export const unreachable: ReadonlySet<number> = new Set([502, 503, 504]);

/** What is wrong with an answer, for the log; undefined for nothing. */
export type FaultOf = (status: number, headers: IncomingHttpHeaders, content: Buffer) => string | undefined;

const timedOut: SubgraphFault = Object.freeze({ ok: false, reason: "no answer in time", connection: false });

/** Given to undici as the reason of every abort. */
const outOfTime = new Error(timedOut.reason);

/** A call in flight, between undici and whoever waits for the outcome. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** When its time is over, in milliseconds on the clock of `performance.now()`. */
  readonly deadline: number;
  /** Where it stands among those in flight; theirs to write. */
  place = -1;
  readonly #faultOf: FaultOf | undefined;
  readonly #settle: (outcome: SubgraphOutcome) => void;
  readonly #end: (exchange: Exchange) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Buffer[] = [];
  #expired = false;

  /**
   * @param settle hears the outcome, once
   * @param end is called once undici is done with it, which may be later than the outcome
   * @param faultOf judges the answer before it is read
   */
  constructor(
    deadline: number,
    settle: (outcome: SubgraphOutcome) => void,
    end: (exchange: Exchange) => void,
    faultOf?: FaultOf,
  ) {
    this.deadline = deadline;
    this.#faultOf = faultOf;
    this.#settle = settle;
    this.#end = end;
  }

  /** Gives up, whether the request was sent already or still waits for a connection. */
  expire(): void {
    if (this.#expired) return;
    this.#expired = true;
    this.#settle(timedOut);
    this.#controller?.abort(outOfTime);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#expired) controller.abort(outOfTime);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end(this);
    if (this.#expired) return;
    const content = contentOf(this.#chunks);
    const reason = this.#faultOf?.(this.#status, this.#headers, content);
    // Whoever stands in between and cannot reach the subgraph cannot sign either.
    if (reason !== undefined) this.#settle({ ok: false, reason, connection: unreachable.has(this.#status) });
    else this.#settle({ ok: true, status: this.#status, headers: this.#headers, text: content.toString("utf8") });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error & { readonly code?: unknown }): void {
    this.#end(this);
    if (this.#expired) return;
    // Messages of undici may quote bytes of the answer; codes do not.
    const code = typeof error.code === "string" ? error.code : error.name;
    this.#settle({ ok: false, reason: code, connection: connectionErrors.has(code) });
  }
}

function contentOf(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first ? first : Buffer.concat(chunks);
}
