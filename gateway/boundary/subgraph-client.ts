/**
 * One subgraph over HTTP: kept-alive connections, bounded waiting, bounded answers, no redirects,
 * few repetitions, and silence for a subgraph that is down.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { connector, lookupFor, pinnedLookup } from "./addresses.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import { Deadlines } from "./deadlines.ts";
import { Exchange, type FaultOf, type SubgraphFault, type SubgraphOutcome, unreachable } from "./exchange.ts";
import { createRetryBudget } from "./retry-budget.ts";
import type { SealCall } from "./signed-calls.ts";

export interface SubgraphClient {
  /**
   * Posts a JSON body. Never rejects.
   *
   * @param repeatable whether the subgraph may be asked again when the connection failed
   */
  post(body: string, headers: Readonly<Record<string, string>>, repeatable: boolean): Promise<SubgraphOutcome>;
  /** Lets calls in flight finish, then closes the connections. */
  close(): Promise<void>;
}

const limits = {
  /** Connections to one subgraph, and so calls that it works on at once. */
  connections: 64,
  /** Calls in flight and waiting for a connection; the next one is refused at once. */
  pending: 1_024,
  /** Until a connection stands, in milliseconds. */
  connectTimeout: 2_000,
  /** From the call to the last byte of its answer, repetitions included, in milliseconds. */
  callTimeout: 5_000,
  /** Largest answer, in bytes. */
  responseSize: 8 * 1024 * 1024,
  /** How long an idle connection is kept, in milliseconds; less than the 65 s of our servers. */
  keepAlive: 30_000,
  /** Times a query is sent in all. */
  attempts: 3,
  /** Longest wait before the first repetition, doubled for each further one; in milliseconds. */
  retryDelay: 50,
} as const;

const overloaded = refusal("too many calls are waiting");
const broken = refusal("the circuit breaker is open");

function refusal(reason: string): Promise<SubgraphFault> {
  return Promise.resolve(Object.freeze({ ok: false, reason, connection: false }));
}

/**
 * A client for the subgraph at `address`.
 *
 * @param mayBeInternal whether that may be inside the city's network
 * @param seal signs each call, repetitions too, and judges the answer to it; without it neither bears a signature
 */
export function createSubgraphClient(address: URL, mayBeInternal = true, seal?: SealCall): SubgraphClient {
  const breaker = createCircuitBreaker();
  const budget = createRetryBudget();
  const wire = openWire(address, mayBeInternal);
  const attempt = (body: string, headers: Record<string, string>, deadline: number): Promise<SubgraphOutcome> => {
    if (wire.isFull()) return overloaded;
    const permit = breaker.admit();
    if (permit === undefined) return broken;
    const sealed = seal?.(body, headers);
    return new Promise((resolve) => {
      const settle = (outcome: SubgraphOutcome) => {
        breaker.record(permit, outcome.ok && !unreachable.has(outcome.status));
        resolve(outcome);
      };
      wire.send(body, sealed?.headers ?? headers, deadline, settle, sealed?.faultOf);
    });
  };
  return {
    async post(body, credentials, repeatable) {
      const deadline = performance.now() + limits.callTimeout;
      const headers = { ...credentials, "content-type": "application/json", accept: "application/json" };
      budget.called();
      let outcome = await attempt(body, headers, deadline);
      for (let sent = 1; repeatable && sent < limits.attempts && mayBeRepeated(outcome); sent += 1) {
        const wait = Math.random() * limits.retryDelay * 2 ** (sent - 1);
        if (performance.now() + wait >= deadline || !budget.spend()) break;
        await delay(wait);
        outcome = await attempt(body, headers, deadline);
      }
      return outcome;
    },
    close: wire.close,
  };
}

function mayBeRepeated(outcome: SubgraphOutcome): boolean {
  return outcome.ok ? unreachable.has(outcome.status) : outcome.connection;
}

/** The connections, and the calls on them. */
function openWire(address: URL, mayBeInternal: boolean) {
  const { lookup, forget } = pinnedLookup(lookupFor(mayBeInternal));
  const pool = new Pool(address.origin, {
    connections: limits.connections,
    connect: connector(limits.connectTimeout, lookup, mayBeInternal),
    // The deadline of each exchange takes the place of undici's two timers.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: limits.keepAlive,
    maxResponseSize: limits.responseSize,
  });
  pool.on("connectionError", forget);
  const path = address.pathname + address.search;
  const inFlight = new Deadlines();
  const end = (exchange: Exchange) => inFlight.remove(exchange);
  return {
    isFull: () => inFlight.size >= limits.pending,
    send(
      body: string,
      headers: Record<string, string>,
      deadline: number,
      settle: (outcome: SubgraphOutcome) => void,
      faultOf?: FaultOf,
    ) {
      const exchange = new Exchange(deadline, settle, end, faultOf);
      inFlight.add(exchange);
      pool.dispatch({ method: "POST", path, headers, body }, exchange);
    },
    async close() {
      await pool.close();
      inFlight.stop();
    },
  };
}
