/**
 * The stream of revocations from identity (`GET /events/stream`): a connection that is made anew whenever it is lost,
 * falls silent, or says something that is not signed. Each begins with all that is revoked at the moment, so nothing is
 * missed between two.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../platform/log.ts";
import { type ClientAssertionSigner, signClientAssertion } from "../../trust/client-assertion.ts";
import { revocationFrames, revocationStreamPath } from "../../trust/security-event.ts";

export interface RevocationStreamParts {
  readonly issuer: string;
  readonly signer: ClientAssertionSigner;
  /** Takes a token; rejects when it is not identity's. */
  readonly take: (token: string) => Promise<void>;
  /** All that was revoked before has been taken. */
  readonly current: () => void;
  /** Nothing has been missed up to now. */
  readonly heard: () => void;
  readonly log: Logger;
}

/** Milliseconds. */
const pace = { headers: 3_000, shortestPause: 100, longestPause: 2_000 } as const;

/** A connection is given up when no frame has come for so long, in milliseconds. */
export const silenceMs = 5_000;

/** Largest frame, in characters: a token of a thousand names of the longest kind fits. */
const largestFrame = 1024 * 1024;

/** Follows the stream until it is told to stop. @returns stops it */
export function followRevocations(parts: RevocationStreamParts): () => Promise<void> {
  const ending = new AbortController();
  const following = keepFollowing(parts, ending.signal);
  return async () => {
    ending.abort();
    await following;
  };
}

async function keepFollowing(parts: RevocationStreamParts, ended: AbortSignal): Promise<void> {
  let losses = 0;
  while (!ended.aborted) {
    const began = performance.now();
    try {
      await followOnce(parts, ended);
    } catch (error) {
      if (!ended.aborted) parts.log.warn({ err: error }, "the stream of revocations is lost");
    }
    losses = performance.now() - began > silenceMs ? 0 : losses + 1;
    // Never the same for all: an identity that comes back must not be run over.
    const longest = Math.min(pace.shortestPause * 2 ** Math.min(losses, 10), pace.longestPause);
    await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: ended }).catch(() => {});
  }
}

async function followOnce({ issuer, signer, take, current, heard }: RevocationStreamParts, ended: AbortSignal) {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), pace.headers);
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMs);
  };
  try {
    const response = await fetch(`${issuer}${revocationStreamPath}`, {
      headers: {
        accept: "text/event-stream",
        authorization: `Bearer ${await signClientAssertion(signer, issuer)}`,
      },
      redirect: "error",
      signal: AbortSignal.any([ended, silence.signal]),
    });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      throw new Error(`identity answers with status ${response.status}`);
    }
    for await (const { event, data } of framesOf(response.body)) {
      listen();
      if (event === revocationFrames.token) await take(data);
      else if (event === revocationFrames.current) current();
      else if (event === revocationFrames.heartbeat) heard();
    }
  } finally {
    clearTimeout(timer);
  }
}

interface Frame {
  readonly event: string;
  readonly data: string;
}

/** Server-sent events as identity writes them: one line `event`, one line `data`. */
async function* framesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const frames = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = frames.pop() ?? "";
    if (rest.length > largestFrame) throw new Error("a frame of the stream of revocations is too large");
    for (const frame of frames) {
      const { event, data } = /^event: (?<event>\w+)\ndata: ?(?<data>.*)$/.exec(frame)?.groups ?? {};
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}
