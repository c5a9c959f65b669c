/** `@assurance` of the subgraph's own SDL, held against the token's level here again: the gateway may be wrong. */
import {
  type DirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
} from "graphql";
import { type Assurance, challengeOf, isAssured, joinAssurances, readAssurance } from "../../trust/assurance.ts";
import type { Caller } from "../../trust/caller.ts";
import { HuiminError } from "../../trust/errors.ts";
import type { SubgraphContext } from "./context.ts";

/** Puts the demands of every field in front of its resolver. What is on a type holds for all its fields. */
export function guardAssured(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const ofType = demandsOf(type);
    for (const field of Object.values(type.getFields())) {
      const inherited = type.getInterfaces().flatMap((each) => ofField(each.getFields()[field.name]));
      const demand = joinAssurances([...ofType, ...inherited, ...ofField(field)]);
      if (demand) guard(field, demand);
    }
  }
  return schema;
}

function guard(field: GraphQLField<unknown, SubgraphContext>, demand: Assurance): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, values, context, info) => {
    requireAssured(context.caller, demand);
    return resolve(source, values, context, info);
  };
}

/** @throws HuiminError `INSUFFICIENT_USER_AUTHENTICATION` */
function requireAssured(caller: Caller, demand: Assurance): void {
  if (isAssured(demand, caller, Date.now() / 1000)) return;
  throw new HuiminError("INSUFFICIENT_USER_AUTHENTICATION", { challenge: challengeOf(demand) });
}

/** What a field says itself, and what the type says that it gives. */
function ofField(field: GraphQLField<unknown, unknown> | undefined): Assurance[] {
  if (!field) return [];
  return [...read(field.astNode?.directives), ...demandsOf(getNamedType(field.type))];
}

function demandsOf(type: GraphQLNamedType): Assurance[] {
  const own = [type.astNode, ...type.extensionASTNodes].flatMap((node) => read(node?.directives));
  const hasInterfaces = isObjectType(type) || isInterfaceType(type);
  return hasInterfaces ? [...own, ...type.getInterfaces().flatMap(demandsOf)] : own;
}

function read(directives: readonly DirectiveNode[] = []): Assurance[] {
  return directives
    .filter(({ name }) => name.value === "assurance")
    .map(({ arguments: given = [] }) =>
      readAssurance(Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))),
    );
}
