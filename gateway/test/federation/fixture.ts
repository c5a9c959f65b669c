/**
 * A small federation whose every answer is known: one set of plain objects, read both by the subgraphs and
 * by one schema over all of it (the monolith). A gateway is right when it cannot be told from the monolith.
 */
import { composeServices } from "@apollo/composition";
import { buildSubgraphSchema } from "@apollo/subgraph";
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type TypeNode,
  validate,
  visit,
} from "graphql";
import { type Faults, faultyField, faultyReference, noFaults } from "./faults.ts";
import { externalFields, findItem, keySelections } from "./references.ts";

/** An object of the fixture. Its fields may be functions of the field's arguments. */
export interface Item {
  readonly __typename: string;
  readonly [field: string]: unknown;
}

export type Arguments = Readonly<Record<string, unknown>>;
export type FieldReader = (source: Item, args: Arguments) => unknown;

/** Readers by `Type.field`, the root types being Query and Mutation whatever a subgraph names them. */
export type FieldReaders = Readonly<Record<string, FieldReader>>;

export interface FixtureSubgraph {
  readonly sdl: string;
  /** What this subgraph reads in another way than the rest. */
  readonly fields?: FieldReaders;
}

export interface Fixture {
  readonly name: string;
  readonly subgraphs: Readonly<Record<string, FixtureSubgraph>>;
  /** Fields that are more than a property, by `Type.field`; in the monolith and in every subgraph. */
  readonly fields: FieldReaders;
  /** Fields that the monolith reads in another way, by `Type.field`. */
  readonly monolithFields?: FieldReaders;
  /** Everything that can be found by a key. */
  readonly items: readonly Item[];
}

const directives = [
  "@key @requires @provides @external @shareable @override @inaccessible @interfaceObject @tag @extends",
  "@composeDirective @context @fromContext @cost @listSize",
].flatMap((line) => line.split(" "));

/** What the SDL of a fixture's subgraph begins with. */
export function federationLink(more: readonly string[] = []): string {
  const names = JSON.stringify([...directives, ...more]);
  return `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${names})`;
}

const link = federationLink();

/**
 * The supergraph's SDL. A fixture that does not compose is a fault of the test.
 *
 * @param address where a subgraph answers
 */
export function composeFixture(
  { subgraphs }: Fixture,
  address = (name: string): string => `http://${name}.invalid/`,
): string {
  const services = Object.entries(subgraphs).map(([name, { sdl }]) => ({
    name,
    url: address(name),
    typeDefs: parse(`${link}\n${sdl}`),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(errors.map(({ message }) => message).join("\n"));
  return supergraphSdl;
}

/** Runs a document against one schema. */
export type Run = (document: DocumentNode, variables: Arguments, faults?: Faults) => Promise<ExecutionResult>;

/** One schema over all data of the fixture: what the gateway ought to look like from outside. */
export function monolith({ fields, monolithFields = {} }: Fixture, schema: GraphQLSchema): Run {
  const readers = { ...fields, ...monolithFields };
  return async (document, variableValues, faults = noFaults) => {
    const fieldResolver = readField(schema, readers, faults);
    const options = { schema, document, rootValue: {}, variableValues, fieldResolver };
    return execute(options);
  };
}

/** A schema in which nothing promises to be there. */
export function withoutPromises(sdl: string): GraphQLSchema {
  return buildSchema(print(visit(parse(sdl), { FieldDefinition: (node) => ({ ...node, type: nullable(node.type) }) })));
}

/** A subgraph of the fixture as an executable schema. */
export function subgraph(fixture: Fixture, name: string): Run {
  const definition = fixture.subgraphs[name];
  if (!definition) throw new Error(`${fixture.name} has no subgraph ${name}`);
  const document = parse(`${link}\n${definition.sdl}`);
  const honest = executable(fixture, document);
  const lying = executable(
    fixture,
    visit(document, { FieldDefinition: (node) => ({ ...node, type: nullable(node.type) }) }),
  );
  const readers = { ...fixture.fields, ...definition.fields };
  return async (query, variableValues, faults = noFaults) => {
    requireValid(honest, query);
    const schema = faults.lying ? lying : honest;
    const fieldResolver = readField(schema, readers, faults);
    return execute({ schema, document: query, rootValue: {}, variableValues, fieldResolver, contextValue: { faults } });
  };
}

/** A subgraph would refuse the whole request. */
function requireValid(schema: GraphQLSchema, query: DocumentNode): void {
  const [error] = validate(schema, query);
  if (error) throw new Error(`${error.message} in ${print(query)}`);
}

/** The same type without a promise that it is there: a subgraph that says nothing when it has nothing. */
function nullable(type: TypeNode): TypeNode {
  if (type.kind === Kind.NON_NULL_TYPE) return nullable(type.type);
  return type.kind === Kind.LIST_TYPE ? { ...type, type: nullable(type.type) } : type;
}

function executable(fixture: Fixture, typeDefs: DocumentNode): GraphQLSchema {
  const schema = buildSubgraphSchema([{ typeDefs }]);
  const entities = schema.getQueryType()?.getFields()._entities;
  if (!entities) return schema;
  const keys = keySelections(typeDefs);
  const externals = externalFields(typeDefs);
  entities.resolve = (_source, { representations }, { faults }) =>
    representations.map((reference: Item) =>
      faultyReference(faults, reference, () => findItem(fixture, schema, reference, keys, externals)),
    );
  return schema;
}

function readField(schema: GraphQLSchema, readers: FieldReaders, faults: Faults): GraphQLFieldResolver<Item, unknown> {
  const rootNames = new Map([
    [schema.getQueryType()?.name, "Query"],
    [schema.getMutationType()?.name, "Mutation"],
  ]);
  return (source, args, _context, { parentType, fieldName }) => {
    const type = rootNames.get(parentType.name) ?? parentType.name;
    return faultyField(faults, type, source, fieldName, () => {
      const reader = readers[`${type}.${fieldName}`];
      if (reader) return reader(source, args);
      const value = source[fieldName];
      return typeof value === "function" ? value(args) : value;
    });
  };
}

/** The text of a document, for messages of failed tests. */
export function documentText(document: DocumentNode, variables: Arguments): string {
  return `${print(document)}\n${JSON.stringify(variables)}`;
}
