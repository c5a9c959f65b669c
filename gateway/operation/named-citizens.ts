/** Where an operation names citizens, by the types of its literals and variables. */
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { looksNamed } from "../boundary/names-in-text.ts";
import { namesPerson, personId } from "../cache/personal.ts";
import type { Variables } from "./operation.ts";

/** What an operation says of citizens before anything is known of its variables' values. */
export interface NamedCitizens {
  /** Citizen IDs that stand in the document. */
  readonly literals: readonly string[];
  /** Variables that may hold some, with their types. */
  readonly variables: readonly (readonly [name: string, type: GraphQLInputType])[];
  /** Whether something in the document looks like one, if only an alias. */
  readonly inText: boolean;
}

/** Finds them, once for an operation. */
export function findNamedCitizens(
  { document, definition, text }: { document: DocumentNode; definition: OperationDefinitionNode; text: string },
  schema: GraphQLSchema,
): NamedCitizens {
  const typeInfo = new TypeInfo(schema);
  const literals: string[] = [];
  const visitor = visitWithTypeInfo(typeInfo, {
    StringValue({ value }) {
      if (getNamedType(typeInfo.getInputType())?.name === personId) literals.push(value);
    },
  });
  if (schema.getType(personId)) visit(document, visitor);
  const variables = (definition.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    // The document is valid: the type is one that may be given.
    const type = typeFromAST(schema, node) as GraphQLInputType | undefined;
    return type && namesPerson(type) ? [[variable.name.value, type] as const] : [];
  });
  return { literals, variables, inText: looksNamed(text) };
}

/** All citizen IDs that a request gives. */
export function* citizensNamed({ literals, variables }: NamedCitizens, values: Variables): Generator<string> {
  yield* literals;
  for (const [name, type] of variables) yield* namedBy(type, values[name]);
}

function* namedBy(type: GraphQLInputType, value: unknown): Generator<string> {
  if (isNonNullType(type)) yield* namedBy(type.ofType, value);
  else if (isListType(type) && Array.isArray(value)) for (const item of value) yield* namedBy(type.ofType, item);
  else if (isInputObjectType(type) && typeof value === "object" && value !== null) {
    for (const field of Object.values(type.getFields())) yield* namedBy(field.type, Reflect.get(value, field.name));
  } else if (getNamedType(type).name === personId && typeof value === "string") yield value;
}
