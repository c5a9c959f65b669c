/** Attacks of a company's client on a running city. Each is first made as the water company's client may ask. */
import { decodeJwt, type JWTPayload } from "jose";
import { inject } from "vitest";
import { governmentSector } from "../../../trust/pseudonym.ts";
import { ask, codesOf, credentialsOf } from "../../support/graph.ts";
import { reissue } from "../../support/reissue.ts";
import { attack, worked } from "../support/attack.ts";
import { formsOf } from "../support/names.ts";

const city = inject("city");
const hers = credentialsOf(city, "xiaohe");

/** By what name a sector knows her. */
async function nameIn(sector: string): Promise<string> {
  const citizenId = (await formsOf(city, governmentSector)).open(String(decodeJwt((await hers).accessToken).sub));
  if (citizenId === null) throw new Error("the token names nobody of the city");
  return (await formsOf(city, sector)).seal(citizenId);
}

/** Asks with the token that identity gives the water company's client, or with these claims in it. */
async function asks(query: string, claims: JWTPayload = {}, variables: object = {}): Promise<string> {
  const own = { sector: "waterco", client_id: "waterco-app", scope: "openid citizen:read water:read" };
  const token = await reissue(city, await hers, { ...own, sub: await nameIn("waterco"), ...claims });
  return codesOf(await ask(city.graph, query, token, {}, { ...variables }))[0] ?? worked;
}

const named = {
  against: "the same city, where it names her as it knows her",
  weak: () => nameIn("waterco"),
};

attack("it shows a token with the departments' name of her", {
  ...named,
  real: () => nameIn(governmentSector),
  attempt: (sub) => asks("{ me { id } }", { sub }),
  meets: "TOKEN_INVALID",
});

attack("it asks for her by the departments' name", {
  ...named,
  real: () => nameIn(governmentSector),
  attempt: (id) => asks("query ($id: CitizenID!) { citizen(id: $id) { id } }", {}, { id }),
  meets: "FORBIDDEN",
});

attack("it hides the departments' name of her in the default of a variable", {
  ...named,
  weak: "cannot be shown: names come as variables from clients of companies, their own too",
  real: () => nameIn(governmentSector),
  attempt: (id) => asks(`query ($id: CitizenID! = "${id}") { citizen(id: $id) { id } }`),
  meets: "BAD_USER_INPUT",
});

attack("it asks for her by the power company's name", {
  ...named,
  real: () => nameIn("powerco"),
  attempt: (id) => asks("query ($id: CitizenID!) { citizen(id: $id) { id } }", {}, { id }),
  meets: "FORBIDDEN",
});

const asked = {
  against: "the same city, where it asks for its own bills",
  weak: () => "waterAccount { bills { month } }",
};

attack("it asks for her pension", {
  ...asked,
  real: () => "pension { status }",
  attempt: (selection) => asks(`{ me { ${selection} } }`),
  meets: "GRAPHQL_VALIDATION_FAILED",
});

attack("it asks for what the power company bills her", {
  ...asked,
  real: () => "powerAccount { bills { month } }",
  attempt: (selection) => asks(`{ me { ${selection} } }`),
  meets: "GRAPHQL_VALIDATION_FAILED",
});
