import { readFileSync } from "node:fs";
import { GraphQLError } from "graphql";
import { describe, expect, it } from "vitest";
import { errorCatalogue, HuiminError, isErrorCode } from "../errors.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

describe("the error catalogue", () => {
  it("is described code by code in docs/errors.md, with its status and its sentence", () => {
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.+?) \| .{20,} \|$/gm)].map(
      ([, code, status, message]) => [code, { status: Number(status), message }],
    );
    expect(Object.fromEntries(documented)).toEqual(errorCatalogue);
    expect(documented).toHaveLength(Object.keys(errorCatalogue).length);
  });

  it("says nothing technical in the sentences that people read", () => {
    for (const { message } of Object.values(errorCatalogue)) {
      expect(message).toMatch(/^[A-Z].*\.$/);
      expect(message).not.toMatch(/subgraph|exception|undefined|null|SQL|stack/i);
    }
  });

  it("tells the codes of the catalogue from all other values", () => {
    expect(isErrorCode("FORBIDDEN")).toBe(true);
    for (const other of ["forbidden", "toString", "__proto__", 403, null]) expect(isErrorCode(other)).toBe(false);
  });
});

describe("a refusal", () => {
  it("shows the caller its code and sentence, and keeps the detail for the log", () => {
    const error = new HuiminError("FORBIDDEN", { detail: "scope health:read is missing" });
    const shown = JSON.stringify(new GraphQLError(error.message, { originalError: error }).toJSON());
    expect(shown).toContain('"code":"FORBIDDEN"');
    expect(shown).not.toContain("scope");
    expect(error.status).toBe(403);
  });
});
