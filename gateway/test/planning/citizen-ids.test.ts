import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { compose, composeSupergraph } from "../../../schema/compose.ts";

const composed = (sdl: string) => () =>
  compose([{ name: "shop", url: "http://shop.invalid/", typeDefs: parse(`scalar CitizenID ${sdl}`) }]);

describe("a citizen ID", () => {
  it("has the type CitizenID in every schema of the city", () => {
    expect(composeSupergraph()).toContain("scalar CitizenID");
  });

  it.each([
    ["a field", "type Query { citizenId: String }", "Query.citizenId"],
    ["an argument", "type Query { a(ownerCitizenIds: [ID!]): Int }", "Query.a.ownerCitizenIds"],
    ["an input field", "type Query { a(of: Of): Int } input Of { citizen_id: String! }", "Of.citizen_id"],
    ["the key of Citizen", "type Query { a: Citizen } type Citizen { id: ID! }", "Citizen.id"],
  ])("of another type fails the build: %s", (_name, sdl, place) => {
    expect(composed(sdl)).toThrow(`[shop] ${place} names a citizen`);
    expect(composed(sdl.replace(/(?<=: \[?)(?:String|ID)/, "CitizenID"))).not.toThrow();
  });
});
