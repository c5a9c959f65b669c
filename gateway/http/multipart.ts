/**
 * Incremental delivery: the parts of an answer with `@defer` as `multipart/mixed` (GraphQL over HTTP,
 * "Incremental Delivery" draft), in the form of August 2022 that Apollo's clients and GraphiQL read.
 */
import type { Framing } from "./stream.ts";

/** The media type of an answer in parts. A dash can be the boundary: no JSON text begins a line with it. */
export const multipartMediaType = 'multipart/mixed; boundary="-"; deferSpec=20220824';

/**
 * How the parts are written. The boundary stands behind each part at once and not before the next one:
 * until they read it, clients cannot know that a part is whole.
 */
export const multipartFraming: Framing = {
  start: "\r\n---",
  frame: (text) => `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${text}\r\n---`,
  end: "--\r\n",
};
