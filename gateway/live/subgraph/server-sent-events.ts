/** Server-sent events, read from the bytes of a response (HTML Living Standard, 9.2.6), within bounds. */

import type { ServerSentEvent } from "../../boundary/signed-calls.ts";

/**
 * The events of a body, in their order; fields that GraphQL over SSE does not use are left out.
 *
 * @param largest most characters of one event
 * @throws Error when an event is larger, and what the body throws
 */
export async function* serverSentEvents(
  body: AsyncIterable<Uint8Array>,
  largest: number,
): AsyncGenerator<ServerSentEvent, void, void> {
  let lines: string[] = [];
  let length = 0;
  for await (const line of linesOf(body, largest)) {
    length += line.length;
    if (length > largest) throw tooLarge();
    if (line !== "") {
      lines.push(line);
      continue;
    }
    const event = readEvent(lines);
    lines = [];
    length = 0;
    if (event) yield event;
  }
}

/** Lines end with CR, LF or both. What has come of a line is never looked through again. */
async function* linesOf(body: AsyncIterable<Uint8Array>, largest: number): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let begun = "";
  let isHalfEnd = false;
  for await (const chunk of body) {
    const text = decoder.decode(chunk, { stream: true });
    const [first = "", ...others] = (isHalfEnd && text.startsWith("\n") ? text.slice(1) : text).split(/\r\n|\n|\r/);
    if (text !== "") isHalfEnd = text.endsWith("\r");
    begun += first;
    for (const other of others) {
      yield begun;
      begun = other;
    }
    if (begun.length > largest) throw tooLarge();
  }
}

function tooLarge(): Error {
  return new Error("an event is larger than the gateway takes");
}

/** The event of these lines; undefined for comments alone. */
function readEvent(lines: readonly string[]): ServerSentEvent | undefined {
  const fields = lines.filter((line) => !line.startsWith(":")).map(readField);
  if (fields.length === 0) return undefined;
  const valuesOf = (name: string) => fields.filter((field) => field.name === name).map(({ value }) => value);
  return {
    type: valuesOf("event").at(-1) ?? "",
    data: valuesOf("data").join("\n"),
    id: valuesOf("id").at(-1) ?? "",
  };
}

/** One space behind the colon is not of the value. */
function readField(line: string): { readonly name: string; readonly value: string } {
  const colon = line.indexOf(":");
  if (colon === -1) return { name: line, value: "" };
  return { name: line.slice(0, colon), value: line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1) };
}
