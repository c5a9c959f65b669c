/** Answers that come in parts: texts one after another, each sent as soon as it is there. */
import { Readable } from "node:stream";

/** Texts, one after another. `return` ends at once whatever is being waited for, also while `next` waits. */
export type TextStream = Required<Pick<AsyncIterator<string, void, void>, "next" | "return">>;

/** How texts are put into the body of an HTTP response. */
export interface Framing {
  /** Before the first text; sent at once, so that the client sees the head of the response. */
  readonly start: string;
  frame(text: string): string;
  /** Behind the last text. */
  readonly end: string;
  /** Sent when nothing else was for `idleMs`, so that nobody between takes the connection for dead. */
  readonly idle?: { readonly text: string; readonly idleMs: number };
}

/** Headers of every response in parts: nobody on the way may keep it, change it or hold it back (RFC 10036). */
export const streamHeaders = {
  "cache-control": "private, no-store, no-transform",
  incremental: "?1",
} as const;

/**
 * Makes a stream of a generator. The generator gets a signal that is aborted by `return`: what it waits for
 * must end with it, because a generator cannot be left while it waits.
 */
export function textStream(make: (ended: AbortSignal) => AsyncGenerator<string, void, void>): TextStream {
  const ending = new AbortController();
  const texts = make(ending.signal);
  return {
    next: () => texts.next(),
    return: () => {
      ending.abort();
      return texts.return();
    },
  };
}

/** A stream of one text. */
export function streamOf(text: string): TextStream {
  return textStream(async function* () {
    yield text;
  });
}

/**
 * The texts as bytes for a response. A text is asked for when the one before has gone to the client, so a
 * slow reader holds up the source; when the client leaves, the source is ended.
 */
export function framedBody(texts: TextStream, framing: Framing): Readable {
  const parts = framed(texts, framing);
  return new Readable({
    highWaterMark: 1,
    read() {
      parts.next().then(
        ({ value }) => this.push(value ?? null),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      texts.return().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}

async function* framed(texts: TextStream, { start, frame, end, idle }: Framing): AsyncGenerator<string, void, void> {
  yield start;
  for (;;) {
    const next = texts.next();
    while (idle && !(await settlesWithin(next, idle.idleMs))) yield idle.text;
    const { done, value } = await next;
    if (done) break;
    yield frame(value);
  }
  yield end;
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const settled = () => true;
  try {
    return await Promise.race([work.then(settled, settled), promise]);
  } finally {
    clearTimeout(timer);
  }
}
