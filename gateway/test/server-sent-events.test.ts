import fc from "fast-check";
import { expect, it } from "vitest";
import { serverSentEvents } from "../live/subgraph/server-sent-events.ts";

/** The bytes of a text in pieces of `size`. */
async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7, largest = 1_000) {
  const events: unknown[] = [];
  for await (const event of serverSentEvents(inPieces(text, size), largest)) events.push(event);
  return events;
}

const line = fc
  .string({ unit: "grapheme", maxLength: 20 })
  .filter((text) => !/[\r\n]/.test(text) && !text.startsWith(" "));
const event = fc.record({ type: line, data: fc.array(line, { minLength: 1, maxLength: 3 }), id: line });

it("events are the same whatever ends their lines, wherever they are cut, and with comments between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 5 }),
      fc.constantFrom("\n", "\r", "\r\n"),
      fc.integer({ min: 1, max: 12 }),
      async (events, end, size) => {
        const written = events.map(({ type, data, id }) =>
          [": comment", `event: ${type}`, ...data.map((each) => `data:${each}`), "retry: 5", `id: ${id}`, "", ":", ""]
            .map((each) => each + end)
            .join(""),
        );
        const expected = events.map(({ type, data, id }) => ({ type, data: data.join("\n"), id }));
        expect(await read(written.join(""), size)).toEqual(expected);
      },
    ),
  );
});

it("an event that did not come whole is none", async () => {
  expect(await read('event: next\ndata: {"data":')).toEqual([]);
  expect(await read("event: next\ndata: 1\n")).toEqual([]);
});

it("an event of any size is refused, in one line or in many, and small ones are taken without end", async () => {
  await expect(read(`data: ${"x".repeat(1_001)}`)).rejects.toThrow("larger");
  await expect(read("data: x\n".repeat(200))).rejects.toThrow("larger");
  expect(await read("data: x\n\n".repeat(500))).toHaveLength(500);
});
