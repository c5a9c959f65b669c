/**
 * What a caseworker or a company may read for a purpose, held against the subgraph's own SDL (`@category`) and its own copy of the
 * register: the gateway may be wrong. Nobody else is concerned.
 */
import { type GraphQLObjectType, type GraphQLSchema, isUnionType } from "graphql";
import { HuiminError } from "../../trust/errors.ts";
import { covers } from "../../trust/purposes.ts";
import { fieldsOf, guardField, type SubgraphField, saidOf } from "./field-directives.ts";

/** Puts the kinds of every field in front of its resolver. What is on a type holds for all its fields. */
export function guardPurposes(schema: GraphQLSchema): GraphQLSchema {
  for (const [type, field] of fieldsOf(schema)) {
    const categories = saidOf("category", type, field).flatMap(({ names }) => (Array.isArray(names) ? names : [names]));
    const isClosed = isForNoPurpose(schema, type, field, categories.length > 0);
    const isOfCitizen = type.name === "Citizen";
    if (!isClosed && !isOfCitizen && categories.length === 0) continue;
    guardField(field, ({ caller: { purpose } }, source) => {
      if (!purpose) return;
      // One citizen may lead to another without a reference.
      const isNamed = !isOfCitizen || isOneOf(purpose.citizens, source);
      if (isClosed || !isNamed || !covers(purpose, categories.map(String))) throw new HuiminError("FORBIDDEN");
    });
  }
  return schema;
}

/** What is done and not read, and what an entity says of itself without saying of what kind it is. */
function isForNoPurpose(schema: GraphQLSchema, type: GraphQLObjectType, { name }: SubgraphField, hasKind: boolean) {
  if (type === schema.getMutationType() || type === schema.getSubscriptionType()) return true;
  return isEntity(schema, type) && name !== "id" && !hasKind;
}

function isOneOf(citizenIds: readonly string[], citizen: unknown): boolean {
  const id: unknown = typeof citizen === "object" && citizen !== null && Reflect.get(citizen, "id");
  return typeof id === "string" && citizenIds.includes(id);
}

function isEntity(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  const entities = schema.getType("_Entity");
  return isUnionType(entities) && schema.isSubType(entities, type);
}
