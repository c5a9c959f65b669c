import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HuiminError } from "../../../trust/errors.ts";
import { connection, pageRequest } from "../connection.ts";
import { allNodes } from "./pages.ts";

const form = z.tuple([z.int(), z.string()]);

describe("a connection", () => {
  it("walked page by page gives the whole list, once and in order", async () => {
    const anyList = fc.array(fc.string(), { maxLength: 250 });
    await fc.assert(
      fc.asyncProperty(anyList, fc.integer({ min: 1, max: 100 }), async (list, first) => {
        const rows = list.map((name, place) => ({ name, place }));
        const nodes = await allNodes(async (after) => {
          const request = pageRequest({ first, after }, z.tuple([z.int()]));
          const start = request.after === null ? 0 : request.after[0] + 1;
          return connection(rows.slice(start, start + first + 1), request, ({ place }): [number] => [place]);
        });
        expect(nodes).toEqual(rows);
      }),
    );
  });

  it("gives back the place of every cursor that it made", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string({ unit: "grapheme", maxLength: 20 }), (rank, name) => {
        const page = connection([{}], { first: 1, after: null }, (): [number, string] => [rank, name]);
        expect(pageRequest({ first: 1, after: page.pageInfo.endCursor }, form).after).toEqual([rank, name]);
      }),
    );
  });

  it("takes no text of a stranger for a cursor and says so", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map(encode)), (text) => {
        try {
          expect(form.safeParse(pageRequest({ first: 1, after: text }, form).after).success).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(HuiminError);
          expect(error).toMatchObject({ code: "BAD_USER_INPUT" });
        }
      }),
    );
  });
});

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}
