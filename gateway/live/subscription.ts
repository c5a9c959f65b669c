/**
 * One live subscription: it takes the events of its source, lets the engine answer each, and ends with the
 * token, with its source, with the gateway, or when its client reads too slowly.
 */
import { type ErrorCode, HuiminError } from "../../trust/errors.ts";
import type { Admission, RequestLog } from "../admission/admit.ts";
import { type AnswerError, answerError, errorsOf } from "../answer.ts";
import type { SubgraphAnswer } from "../boundary/boundary.ts";
import type { TextStream } from "../http/stream.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { endOf, type Session } from "./session.ts";
import type { FindSource, LiveOperation, Source } from "./source.ts";

/** Most events that wait for a slow reader; the next one ends the subscription. */
const waitingEvents = 256;

/** The longest time that a timer can be set to, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** A source that is listened to, and what answers its events. */
interface Feed {
  readonly source: Source;
  operation: LiveOperation;
  leave(): void;
}

type Happening =
  | { readonly kind: "event"; readonly answer: SubgraphAnswer; readonly feed: Feed }
  | { readonly kind: "reload" }
  | { readonly kind: "end"; readonly errors: readonly AnswerError[] };

/** What a subscription lives on. */
export interface SubscriptionParts {
  /** Plans the operation on the supergraph of the moment. Throws what it refuses. */
  readonly prepare: () => Promise<LiveOperation>;
  readonly findSource: FindSource;
  readonly session: Session;
  readonly log: RequestLog;
  /** Called once, when the subscription is over. */
  readonly onEnd: () => void;
}

export class Subscription implements TextStream {
  readonly #parts: SubscriptionParts;
  readonly #inbox: Inbox<Happening> = createInbox(waitingEvents);
  readonly #forgetSession: () => void;
  #feed: Feed;
  #expiry: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * Starts to listen for `operation`.
   *
   * @throws HuiminError when the caller may not listen
   */
  constructor(parts: SubscriptionParts, operation: LiveOperation) {
    this.#parts = parts;
    this.#feed = this.#listen(parts.findSource(operation, parts.session), operation);
    this.#forgetSession = parts.session.onRenewal(() => {
      this.#watchExpiry();
      // A better sign-in may read more: what its source is asked for changes with it.
      this.reload();
    });
    this.#watchExpiry();
  }

  /** Who reads it, with her token of the moment. */
  get admission(): Admission {
    return this.#parts.session.admission;
  }

  /** Plans the operation anew: another supergraph has taken over. */
  reload(): void {
    if (!this.#inbox.put({ kind: "reload" })) this.#dropSlowReader();
  }

  /** Ends with one error, ahead of whatever waits. Nothing is listened to any more, though the reader may be slow. */
  end(code: ErrorCode, message?: string): void {
    this.#feed.leave();
    this.#inbox.shut({ kind: "end", errors: [answerError(code, message)] });
  }

  async next(): Promise<IteratorResult<string, void>> {
    const text = this.#isOver ? undefined : await this.#nextText();
    if (text !== undefined) return { done: false, value: text };
    this.#finish();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<string, void>> {
    this.#inbox.shut();
    this.#finish();
    return { done: true, value: undefined };
  }

  async #nextText(): Promise<string | undefined> {
    for (;;) {
      const happening = await this.#inbox.take();
      switch (happening?.kind) {
        case undefined:
          return undefined;
        case "event":
          return await this.#answer(happening.answer, happening.feed.operation);
        case "reload":
          await this.#replan();
          break;
        case "end":
          return happening.errors.length > 0 ? JSON.stringify({ errors: happening.errors }) : undefined;
      }
    }
  }

  async #answer(event: SubgraphAnswer, { source, variables, boundary }: LiveOperation): Promise<string> {
    const { session, log } = this.#parts;
    try {
      return (await source.answer(event, variables, { ...session.admission, log }, boundary)).body;
    } catch (error) {
      if (error instanceof HuiminError) log.debug({ code: error.code }, "an event is not for its reader any more");
      else log.error({ err: error }, "an event could not be answered");
      return JSON.stringify({ errors: errorsOf(error) });
    }
  }

  async #replan(): Promise<void> {
    try {
      const operation = await this.#parts.prepare();
      if (this.#isOver) return;
      const source = this.#parts.findSource(operation, this.#parts.session);
      if (source.key !== undefined && source.key === this.#feed.source.key) {
        this.#feed.operation = operation;
        return;
      }
      // The new source is listened to before the old one is left: nothing falls between them.
      const old = this.#feed;
      this.#feed = this.#listen(source, operation);
      old.leave();
    } catch (error) {
      this.#parts.log.debug({ err: error }, "a subscription does not fit the new supergraph");
      this.#inbox.shut({ kind: "end", errors: errorsOf(error) });
    }
  }

  #listen(source: Source, operation: LiveOperation): Feed {
    const feed: Feed = { source, operation, leave: () => {} };
    feed.leave = source.listen({
      event: (answer) => {
        if (!this.#inbox.put({ kind: "event", answer, feed })) this.#dropSlowReader();
      },
      ended: (error) => {
        this.#inbox.finish({ kind: "end", errors: error ? [answerError(error.code, error.message)] : [] });
      },
    });
    return feed;
  }

  #dropSlowReader(): void {
    this.end("SUBSCRIPTION_ENDED", "Events came faster than they were read. Subscribe again.");
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    const left = endOf(this.#parts.session.admission) - Date.now();
    if (left <= 0) this.end("TOKEN_EXPIRED");
    else if (left < Number.POSITIVE_INFINITY) {
      this.#expiry = setTimeout(() => this.#watchExpiry(), Math.min(left, longestTimer)).unref();
    }
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#expiry);
    this.#forgetSession();
    this.#feed.leave();
    this.#parts.onEnd();
  }
}
