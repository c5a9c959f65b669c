/** Answers that go on: GraphQL over SSE in its "distinct connections" mode, every event signed. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply } from "fastify";
import { HuiminError } from "../../trust/errors.ts";
import type { SignEvent } from "../../trust/stream-signature.ts";

/** GraphQL responses as JSON texts, one after another. `return` ends at once whatever is being waited for. */
export type LiveAnswers = AsyncIterator<string, void, void>;

/** Most answers that go on at the same time in one process. */
const mostLive = 10_000;

/** Proxies drop connections that are silent for a minute or less. */
const keepAliveMs = 12_000;

/** Whether `Accept` asks for events. */
export function asksForEvents(accept: string | undefined): boolean {
  return accept?.split(",").some((range) => range.trim().startsWith("text/event-stream")) ?? false;
}

/**
 * Makes the function that sends what `start` starts. When the server closes, all of it breaks off, and the gateway
 * subscribes anew elsewhere.
 *
 * The function throws HuiminError `OVERLOADED` when there is too much already, and what `start` throws.
 */
export function liveSender(scope: FastifyInstance) {
  const live = new Set<Readable>();
  scope.addHook("preClose", async () => {
    for (const body of live) body.destroy();
  });
  return async (reply: FastifyReply, start: () => Promise<LiveAnswers>, sign: SignEvent): Promise<FastifyReply> => {
    if (live.size >= mostLive) throw new HuiminError("OVERLOADED");
    const body = liveBody(await start(), sign);
    live.add(body);
    body.on("close", () => live.delete(body));
    return reply.headers({ "cache-control": "no-store, no-transform", "content-type": "text/event-stream" }).send(body);
  };
}

/**
 * An event is asked for when the one before has gone out: a slow reader holds up the source. When the reader leaves, the
 * source is returned; when the source fails, the stream breaks off without a signed end.
 */
function liveBody(answers: LiveAnswers, sign: SignEvent): Readable {
  const event = (type: string, data: string) => `event: ${type}\ndata: ${data}\nid: ${sign(type, data)}\n\n`;
  const comment = ":\n\n";
  let isAsked = false;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      // A comment that goes out in between makes the stream ask again.
      if (isAsked) return;
      isAsked = true;
      answers.next().then(
        ({ done, value }) => {
          isAsked = false;
          this.push(done ? event("complete", "") : event("next", value));
          if (done) this.push(null);
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      clearInterval(keepAlive);
      const ended = () => done(error);
      Promise.resolve(answers.return?.()).then(ended, ended);
    },
  });
  const keepAlive = setInterval(() => body.push(comment), keepAliveMs).unref();
  // At once, so that the head of the answer goes out.
  body.push(comment);
  return body;
}
