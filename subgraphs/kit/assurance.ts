/** `@assurance` of the subgraph's own SDL, held against the token's level here again: the gateway may be wrong. */
import type { GraphQLSchema } from "graphql";
import { type Assurance, challengeOf, isAssured, joinAssurances, readAssurance } from "../../trust/assurance.ts";
import type { Caller } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import { fieldsOf, guardField, saidOf } from "./field-directives.ts";

/** Puts the demands of every field in front of its resolver. What is on a type holds for all its fields. */
export function guardAssured(schema: GraphQLSchema): GraphQLSchema {
  for (const [type, field] of fieldsOf(schema)) {
    const demand = joinAssurances(saidOf("assurance", type, field).map(readAssurance));
    if (demand) guardField(field, ({ caller }) => requireAssured(caller, demand));
  }
  return schema;
}

/** @throws HuiminError `INSUFFICIENT_USER_AUTHENTICATION` */
function requireAssured(caller: Caller, demand: Assurance): void {
  if (isAssured(demand, caller, Date.now() / 1000)) return;
  throw new HuiminError("INSUFFICIENT_USER_AUTHENTICATION", { challenge: challengeOf(demand) });
}
