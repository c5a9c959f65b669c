import { ApolloGateway } from "@apollo/gateway";
import fc from "fast-check";
import { buildASTSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { compose } from "../../../schema/compose.ts";
import { readDemands } from "../../rights/demands.ts";

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`;
const rights = `extend schema @link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance"])
directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR`;

/** Composes subgraphs `one`, `two` and so on. */
function composed(...sdls: readonly string[]): string {
  const names = ["one", "two", "three", "four"];
  return compose(
    sdls.map((sdl, index) => {
      const name = names[index] ?? "more";
      return { name, url: `http://${name}.invalid/graphql`, typeDefs: parse(`${federation}\n${sdl}`) };
    }),
  );
}

const demandsOf = (sdl: string) => readDemands(buildASTSchema(parse(sdl), { assumeValidSDL: true }));

const base = 'type Query { a: A } type A @key(fields: "id") { id: ID! shared: String @shareable }';
const tightened = (application: string) =>
  `${rights} type A @key(fields: "id") { id: ID! shared: String @shareable ${application} }`;

describe("what several subgraphs demand of one field", () => {
  it("holds together: the highest level and the shortest age, in whatever order they come", () => {
    const orders = fc.shuffledSubarray(
      ["@assurance(level: 1)", '@assurance(level: 3, maxAge: "1h")', '@assurance(level: 2, maxAge: "15m")'],
      { minLength: 3 },
    );
    fc.assert(
      fc.property(orders, (applications) => {
        const sdl = composed(base, ...applications.map(tightened));
        expect(demandsOf(sdl).ofField("A", "shared")).toMatchObject({
          assurance: { level: "urn:huimin:loa:3", maxAgeSeconds: 900 },
        });
      }),
      { numRuns: 6 },
    );
  });

  it("is not loosened by one that demands nothing", () => {
    for (const sdl of [
      composed(base, tightened("@assurance(level: 2)")),
      composed(tightened("@assurance(level: 2)"), base),
    ]) {
      expect(demandsOf(sdl).ofField("A", "shared")).toMatchObject({
        assurance: { level: "urn:huimin:loa:2", maxAgeSeconds: null },
      });
    }
  });
});

it("what a subgraph demands of its root fields is merged under the name that composition gives a root type", () => {
  const renamed = `${rights} schema { query: Ours } type Ours { secret: String @assurance(level: 3) }`;
  expect(demandsOf(composed(base, renamed)).ofField("Query", "secret")).toMatchObject({
    assurance: { level: "urn:huimin:loa:3" },
  });
});

describe("composition refuses", () => {
  it("a demand that would vanish, because its subgraph does not link the specification", () => {
    const unlinked = tightened("@assurance(level: 2)").replace(/extend schema @link\([^)]*rights[^)]*\)/, "");
    expect(() => composed(base, unlinked)).toThrow(
      /\[two\] @assurance on A\.shared: needs @link\(url: "https:\/\/huimin\.invalid\/rights\/v1\.0"/,
    );
  });

  it("demands that make no sense, all at once", () => {
    const level = tightened("@assurance(level: 4)");
    const age = tightened('@assurance(level: 2, maxAge: "soon")');
    expect(() => composed(base, level, age)).toThrow(/\[two\].*level must be 1, 2 or 3\n.*\[three\].*maxAge must be/);
  });
});

it("a gateway that does not know the demands does not load the supergraph", async () => {
  const gateway = new ApolloGateway({ supergraphSdl: composed(base, tightened("@assurance(level: 2)")) });
  await expect(gateway.load()).rejects.toThrow(/rights\/v1\.0.*SECURITY/s);
});
