import { buildASTSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { compose } from "../../schema/compose.ts";
import { createPolicies } from "../cache/policy.ts";

const head = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    @link(url: "https://huimin.invalid/rights/v1.0", import: ["@cacheControl"])
  directive @cacheControl(maxAge: Int, scope: String) on FIELD_DEFINITION | OBJECT | INTERFACE
`;

function policiesOf(sdl: string) {
  const supergraphSdl = compose([{ name: "a", url: "http://a.invalid", typeDefs: parse(sdl) }]);
  return createPolicies(buildASTSchema(parse(supergraphSdl), { assumeValidSDL: true }));
}

/** An interface that six types implement, one of them less long-lived. */
const knots = `${head}
  type Query { knot: Knot @cacheControl(maxAge: 60, scope: "PUBLIC") }
  interface Knot { name: String next: Knot }
  ${["A", "B", "C", "D", "E", "F"]
    .map(
      (name, index) => `type ${name} implements Knot @cacheControl(maxAge: ${50 - index}, scope: "PUBLIC") {
        name: String next: Knot @cacheControl(maxAge: ${50 - index})
      }`,
    )
    .join("\n")}
`;

describe("the policy of a query", () => {
  it("over an interface is the strictest of all types that may be there", () => {
    const policyOf = policiesOf(knots);
    expect(policyOf?.("a", "{ knot { next { name } } }")).toEqual({
      kind: "root",
      policy: { maxAgeSeconds: 45, scope: "PUBLIC", contains: ["A", "B", "C", "D", "E", "F"] },
    });
    expect(policyOf?.("a", "{ knot { name } }")).toMatchObject({ policy: { maxAgeSeconds: 45 } });
  });

  it("is found in the time that it takes to read the query, however deep interfaces are nested", () => {
    const deep = `{ knot ${"{ next ".repeat(200)}{ name }${" }".repeat(200)} }`;
    expect(policiesOf(knots)?.("a", deep)).toMatchObject({ policy: { maxAgeSeconds: 45 } });
  });

  it.each([-1, 0])("with the age %s in its hints is not to be kept", (age) => {
    const sdl = `${head} type Query { x: Int @cacheControl(maxAge: ${age}) }`;
    expect(policiesOf(sdl)?.("a", "{ x }")).toBeUndefined();
  });

  it("is a day at most", () => {
    const sdl = `${head} type Query { x: Int @cacheControl(maxAge: 2000000000) }`;
    expect(policiesOf(sdl)?.("a", "{ x }")).toMatchObject({ policy: { maxAgeSeconds: 86_400, scope: "PRIVATE" } });
  });

  it("is not even looked for when no subgraph gives a hint", () => {
    expect(policiesOf("type Query { x: Int }")).toBeUndefined();
  });
});
