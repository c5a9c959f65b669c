/** Attacks on a running city of somebody who acts for another, and goes past what she was granted. */
import { decodeJwt, type JWTPayload } from "jose";
import pg from "pg";
import { inject } from "vitest";
import { governmentSector } from "../../../trust/pseudonym.ts";
import { ask, codesOf, credentialsOf } from "../../support/graph.ts";
import { enterPerson } from "../../support/people.ts";
import { reissue } from "../../support/reissue.ts";
import { demoCitizen } from "../../support/sign-in.ts";
import { attack, worked } from "../support/attack.ts";
import { formsOf } from "../support/names.ts";

const city = inject("city");
const mothers = credentialsOf(city, "ayguzel");

/** Somebody new in the register, who is made her guardian. */
async function makeGuardian(): Promise<string> {
  const database = new pg.Client(city.databaseUrl);
  await database.connect();
  try {
    const { citizenId } = await enterPerson(database, "阿依努尔", 77);
    await database.query(
      `INSERT INTO identity.guardianship (guardian, ward, kind, valid_from)
       SELECT $1, citizen_id, 'appointed-guardian', now() - interval '1 day' FROM identity.citizen WHERE resident_id = $2`,
      [citizenId, demoCitizen("ayguzel").residentId],
    );
    return (await formsOf(city, governmentSector)).seal(citizenId);
  } finally {
    await database.end();
  }
}
const daughter = makeGuardian();

/** Asks with the token that identity gives a daughter for her mother, or with these claims in it. */
async function reads(query: string, claims: JWTPayload): Promise<string> {
  const token = await reissue(city, await mothers, { act: { sub: await daughter }, withheld: [], ...claims });
  return codesOf(await ask(city.graph, query, token))[0] ?? worked;
}

attack("she reads a department that her grant does not name", {
  against: "the same city, with a grant that names it",
  weak: (): JWTPayload => ({}),
  real: (): JWTPayload => ({ scope: "openid citizen:read pension:read" }),
  attempt: (claims) => reads("{ me { coverage { scheme } } }", claims),
  meets: "FORBIDDEN",
});

attack("she reads where a protected person works, which is kept from her", {
  against: "the same city, where nothing is kept from her",
  weak: (): JWTPayload => ({}),
  real: (): JWTPayload => ({ withheld: ["whereabouts"] }),
  attempt: (claims) => reads("{ me { employment { job { employer } formerJobs { employer } } } }", claims),
  meets: "FORBIDDEN",
});

attack("she has a token that does not say what is kept from her", {
  against: "the same city, with a token that says that nothing is",
  weak: (): JWTPayload => ({}),
  real: (): JWTPayload => ({ withheld: undefined }),
  attempt: (claims) => reads("{ me { employment { job { employer } formerJobs { employer } } } }", claims),
  meets: "FORBIDDEN",
});

attack("she names somebody else with the token that is for her mother", {
  against: "the same city, where she names her mother",
  weak: async () => String(decodeJwt((await mothers).accessToken).sub),
  real: () => `hm1_${"A".repeat(43)}`,
  attempt: (id) => reads(`{ citizen(id: "${id}") { name { text } } }`, {}),
  meets: "FORBIDDEN",
});
