/** The answers of a subscription, as GraphiQL reads them. */

const next = "event: next\ndata: ";

/**
 * Reads server-sent events (GraphQL over SSE) until the subscription is complete or nobody reads on.
 *
 * @param {Response} response
 */
export function eventsOf(response) {
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  const answers = answersIn(reader);
  return {
    next: () => answers.next(),
    // The generator cannot be left while it waits; without its reader it ends by itself.
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** @param {ReadableStreamDefaultReader<string>} reader */
async function* answersIn(reader) {
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      if (event.startsWith("event: complete")) return;
      if (event.startsWith(next)) yield JSON.parse(event.slice(next.length));
    }
  }
}
