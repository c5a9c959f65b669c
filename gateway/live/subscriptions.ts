/** All live subscriptions of this process: how many there may be, and what befalls all of them. */
import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import type { Admission, RequestLog } from "../admission/admit.ts";
import type { TextStream } from "../http/stream.ts";
import type { Session } from "./session.ts";
import type { FindSource, LiveOperation } from "./source.ts";
import { Subscription } from "./subscription.ts";

/** Most live subscriptions of one process, and of one citizen in it. */
const limits = { all: 20_000, ofOne: 20 } as const;

/** How long a close waits for slow readers, in milliseconds. */
const closePatienceMs = 1_000;

export interface Subscriptions {
  /**
   * Starts a subscription; its texts are whole GraphQL answers.
   *
   * @param prepare plans the operation on the supergraph of the moment; called again after a reload
   * @throws what `prepare` throws, and HuiminError `TOO_MANY_SUBSCRIPTIONS`, `FORBIDDEN`
   */
  start(prepare: () => Promise<LiveOperation>, session: Session, log: RequestLog): Promise<TextStream>;
  /** Plans every live subscription anew. */
  reload(): void;
  /** Ends every subscription whose reader is refused by now. */
  endRefused(refusalOf: (admission: Admission) => ErrorCode | undefined): void;
  /** Ends every subscription with an error that says so, and refuses new ones. Resolves when readers know, or soon. */
  close(): Promise<void>;
}

/** The subscriptions that take their events from what `findSource` finds. */
export function createSubscriptions(findSource: FindSource): Subscriptions {
  const live = new Set<Subscription>();
  const ofOne = new Map<string, number>();
  let isClosed = false;
  const count = (who: string | undefined, step: number) => {
    if (who === undefined) return;
    const next = (ofOne.get(who) ?? 0) + step;
    if (next > 0) ofOne.set(who, next);
    else ofOne.delete(who);
  };
  const requireRoom = (who = "") => {
    if (isClosed) throw new HuiminError("SUBSCRIPTION_ENDED");
    if (live.size >= limits.all || (ofOne.get(who) ?? 0) >= limits.ofOne) {
      throw new HuiminError("TOO_MANY_SUBSCRIPTIONS");
    }
  };
  return {
    async start(prepare, session, log) {
      const who = nameOf(session.admission);
      requireRoom(who);
      const operation = await prepare();
      requireRoom(who);
      const onEnd = () => {
        live.delete(subscription);
        count(who, -1);
      };
      const subscription = new Subscription({ prepare, findSource, session, log, onEnd }, operation);
      live.add(subscription);
      count(who, 1);
      return subscription;
    },
    reload() {
      for (const subscription of live) subscription.reload();
    },
    endRefused(refusalOf) {
      for (const subscription of live) {
        const refusal = refusalOf(subscription.admission);
        if (refusal) subscription.end(refusal);
      }
    },
    async close() {
      isClosed = true;
      for (const subscription of live) subscription.end("SUBSCRIPTION_ENDED");
      const patience = Date.now() + closePatienceMs;
      while (live.size > 0 && Date.now() < patience) await delay(20);
    },
  };
}

/** Whose limit counts; nobody's where nobody signs in. */
function nameOf({ admitted }: Admission): string | undefined {
  return admitted.kind === "signed in" ? admitted.caller.subject : undefined;
}
