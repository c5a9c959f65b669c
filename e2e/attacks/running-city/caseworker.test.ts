/** Attacks of a caseworker on a running city who reads more than her office asks of her. */
import { randomUUID } from "node:crypto";
import { decodeJwt, type JWTPayload } from "jose";
import pg from "pg";
import { inject } from "vitest";
import { governmentSector } from "../../../trust/pseudonym.ts";
import { purposeHeader } from "../../../trust/purposes.ts";
import { ask, codesOf, credentialsOf } from "../../support/graph.ts";
import { reissue } from "../../support/reissue.ts";
import { attack, worked } from "../support/attack.ts";
import { formsOf } from "../support/names.ts";

const city = inject("city");
const citizens = credentialsOf(city, "ayguzel");

/** A new caseworker of the pension department, by the name that her tokens bear. */
async function hire(): Promise<string> {
  const staffId = randomUUID();
  const database = new pg.Client(city.databaseUrl);
  await database.connect();
  try {
    await database.query(
      "INSERT INTO identity.staff_account (staff_id, department, role, display_name) VALUES ($1, 'pension', 'caseworker', '王芳')",
      [staffId],
    );
  } finally {
    await database.end();
  }
  return (await formsOf(city, governmentSector)).seal(staffId);
}
const caseworker = hire();

/** How she reads: for what, which part of the citizen, and with what in her token. */
interface Reading {
  readonly purpose?: string;
  readonly selection?: string;
  readonly claims?: JWTPayload;
}

const properly: Reading = { purpose: "pension-determination", selection: "pension { status }" };
const reading = (other: Reading) => ({
  against: "the same city, where she reads for a pension what it needs",
  weak: (): Reading => properly,
  real: (): Reading => ({ ...properly, ...other }),
  attempt: reads,
});

async function reads({ purpose, selection, claims }: Reading): Promise<string> {
  const staff = {
    sub: await caseworker,
    department: "pension",
    role: "caseworker",
    acr: "urn:huimin:loa:3",
    auth_time: Math.floor(Date.now() / 1000),
  };
  const token = await reissue(city, await citizens, { ...staff, ...claims });
  const query = `{ citizen(id: "${decodeJwt((await citizens).accessToken).sub}") { ${selection} } }`;
  const headers = purpose === undefined ? {} : { [purposeHeader]: purpose };
  return codesOf(await ask(city.graph, query, token, headers))[0] ?? worked;
}

attack("she reads a citizen and states no purpose", {
  ...reading({ purpose: "" }),
  meets: "BAD_REQUEST",
});

attack("she states the purpose of another department", {
  ...reading({ purpose: "treatment" }),
  meets: "FORBIDDEN",
});

attack("she reads for a pension where the citizen was treated", {
  ...reading({ selection: "encounters(first: 1) { edges { node { id } } }" }),
  meets: "FORBIDDEN",
});

attack("she has a token that says that she works for another department", {
  ...reading({
    claims: { department: "employment" },
    purpose: "unemployment-benefit",
    selection: "employment { status }",
  }),
  meets: "FORBIDDEN",
});

attack("she has signed in with less than a passkey", {
  ...reading({ claims: { acr: "urn:huimin:loa:2" } }),
  meets: "INSUFFICIENT_USER_AUTHENTICATION",
});

attack("somebody whom no department has hired has a caseworker's token", {
  ...reading({ claims: { sub: `hm1_${"A".repeat(43)}` } }),
  meets: "FORBIDDEN",
});

attack("she reads the citizen's bills at the water company", {
  ...reading({ selection: "waterAccount { bills { month } }" }),
  meets: "GRAPHQL_VALIDATION_FAILED",
});
