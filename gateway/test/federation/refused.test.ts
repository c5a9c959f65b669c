/**
 * Whatever is demanded, whoever asks, whatever she asks: she is answered as by one schema over all the data in which what
 * she may not read is an error, and no subgraph is asked for it.
 */
import fc from "fast-check";
import {
  buildSchema,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assuranceLevels } from "../../../trust/assurance.ts";
import type { SignedIn } from "../../admission/admit.ts";
import { readDemands } from "../../rights/demands.ts";
import { findRights, type Refusals } from "../../rights/rights.ts";
import type { SeenCall } from "./boundary.ts";
import { type Federation, startFederation } from "./federation.ts";
import { documentText, type FieldReader, type FieldReaders, type Fixture, type Item, monolith } from "./fixture.ts";
import { mediaLibrary } from "./fixtures/media.ts";
import { shop } from "./fixtures/shop.ts";
import { town } from "./fixtures/town.ts";
import { operationNumbers } from "./generated.ts";
import { writeOperation } from "./operations.ts";
import { fieldsThatLead } from "./references.ts";

/** Always the same trials. */
const seed = 20_261_126;

/** By schema coordinate, the level that is demanded there. */
type Levels = ReadonlyMap<string, number>;

const demandNumbers = fc.array(fc.tuple(fc.nat(1_000), fc.constantFrom(2, 3)), {
  minLength: 4,
  maxLength: 16,
  size: "max",
});
const callerLevels = fc.constantFrom(1, 1, 2, 3);

/** Where a demand may stand: not on what leads from subgraph to subgraph, which is asked for in its own right. */
function coordinatesOf({ subgraphs }: Fixture, schema: GraphQLSchema): string[] {
  const sdls = Object.values(subgraphs).map(({ sdl }) => sdl);
  const handed = sdls.flatMap((sdl) => [...sdl.matchAll(/@fromContext\(field: "(.*?)"/g)]);
  const leading = new Set([...fieldsThatLead(sdls), ...handed.flatMap(([, field = ""]) => field.match(/\w+/g) ?? [])]);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isIntrospectionType(type) || !(isObjectType(type) || isInterfaceType(type))) return [];
    const fields = Object.keys(type.getFields());
    const own = fields.filter((name) => !leading.has(name)).map((name) => `${type.name}.${name}`);
    const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
    return isRoot || fields.some((name) => leading.has(name)) ? own : [type.name, ...own];
  });
}

/** A supergraph as composition writes it when subgraphs demand these levels. */
function withLevels(sdl: string, levels: Levels): string {
  const add = <Node extends { readonly directives?: readonly ConstDirectiveNode[] }>(
    node: Node,
    text: string,
  ): Node => ({
    ...node,
    directives: [...(node.directives ?? []), ...parseDirectives(text)],
  });
  const demanding = (coordinate: string) => {
    const level = levels.get(coordinate);
    return level === undefined ? "" : `@assurance(level: ${level})`;
  };
  const { definitions } = parse(sdl, { noLocation: true });
  const link = '@link(url: "https://huimin.invalid/rights/v1.0", import: ["@assurance"], for: SECURITY)';
  const marked = definitions.map((node): DefinitionNode => {
    if (node.kind === Kind.SCHEMA_DEFINITION) return add(node, link);
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return node;
    const type = node.name.value;
    const fields = node.fields?.map((field) => add(field, demanding(`${type}.${field.name.value}`))) ?? [];
    return add({ ...node, fields }, demanding(type));
  });
  return print({ kind: Kind.DOCUMENT, definitions: marked });
}

function parseDirectives(text: string): readonly ConstDirectiveNode[] {
  const [definition] = parse(`scalar S ${text}`, { noLocation: true }).definitions;
  return definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? (definition.directives ?? []) : [];
}

function refusalsAt(federation: Federation, levels: Levels, level: number): (document: DocumentNode) => Refusals {
  const supergraph = buildSchema(withLevels(federation.supergraphSdl, levels), { assumeValidSDL: true });
  const demands = readDemands(supergraph);
  return (document) => {
    const { decide } = findRights(document, federation.schema, demands, async () => new Set());
    const refusals = decide(signedIn(level), 0);
    if (refusals instanceof Promise) throw new TypeError("no rule is asked here");
    return refusals;
  };
}

function signedIn(level: number): SignedIn {
  const caller = { subject: "somebody", clientId: "cli", scopes: new Set<string>(), expiresAt: 0 };
  const acr = assuranceLevels[level - 1] ?? null;
  return { kind: "signed in", caller, tokenId: "", level: acr, signedInAt: 0, role: null };
}

/** The levels once more, read by nothing but their definition. */
function oracle(levels: Levels) {
  const at = (coordinate: string) => levels.get(coordinate) ?? 0;
  const withPromises = (type: GraphQLNamedType) =>
    isObjectType(type) || isInterfaceType(type) ? [type, ...type.getInterfaces()] : [type];
  const ofType = (type: GraphQLNamedType) => Math.max(...withPromises(type).map(({ name }) => at(name)));
  const ofField = (type: GraphQLNamedType, field: string) => {
    const here = withPromises(type).flatMap((each) => {
      const found = isObjectType(each) || isInterfaceType(each) ? each.getFields()[field] : undefined;
      return found ? [at(`${each.name}.${field}`), ofType(getNamedType(found.type))] : [];
    });
    return Math.max(ofType(type), ...here);
  };
  return { ofType, ofField };
}

/** The fixture as one schema in which whatever is refused fails. */
function refusingMonolith(fixture: Fixture, schema: GraphQLSchema, levels: Levels, level: number) {
  const { ofType, ofField } = oracle(levels);
  const refuse = () => new GraphQLError("refused");
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    const name: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "__typename") : undefined;
    const type = typeof name === "string" ? schema.getType(name) : undefined;
    return type && ofType(type) > level ? refuse() : value;
  };
  const readers: FieldReaders = { ...fixture.fields, ...fixture.monolithFields };
  const monolithFields: Record<string, FieldReader> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    const owner = rootName(schema, type) ?? type.name;
    for (const field of Object.keys(type.getFields())) {
      const read = readers[`${owner}.${field}`] ?? property(field);
      monolithFields[`${owner}.${field}`] = (source, args) => {
        if (ofField(type, field) > level) throw refuse();
        return shown(read(source, args));
      };
    }
  }
  return monolith({ ...fixture, monolithFields }, schema);
}

function rootName(schema: GraphQLSchema, type: GraphQLNamedType): string | undefined {
  if (type === schema.getQueryType()) return "Query";
  return type === schema.getMutationType() ? "Mutation" : undefined;
}

function property(field: string): FieldReader {
  return (source: Item, args) => {
    const value = source[field];
    return typeof value === "function" ? value(args) : value;
  };
}

/** What a subgraph was asked for although it is refused. */
function askedInVain({ query }: SeenCall, schema: GraphQLSchema, levels: Levels, level: number): string[] {
  const { ofField } = oracle(levels);
  const isRefused = (type: GraphQLNamedType, field: string): boolean =>
    isAbstractType(type)
      ? schema.getPossibleTypes(type).every((each) => isRefused(each, field))
      : ofField(type, field) > level;
  const walk = ({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value;
        return walk(selection.selectionSet, on === undefined ? type : schema.getType(on));
      }
      const name = selection.name.value;
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
      const below = selection.selectionSet ? walk(selection.selectionSet, field && getNamedType(field.type)) : [];
      return type && field && isRefused(type, name) ? [`${type.name}.${name}`, ...below] : below;
    });
  return parse(query).definitions.flatMap((node) =>
    node.kind === Kind.OPERATION_DEFINITION ? walk(node.selectionSet, schema.getQueryType() ?? undefined) : [],
  );
}

describe.each([shop, mediaLibrary, town])("demands on the $name", (fixture) => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await startFederation(fixture);
  });
  afterAll(() => federation.close());

  it("take away what they refuse and nothing else, and nobody is asked for it", { timeout: 120_000 }, async () => {
    const { schema } = federation;
    const coordinates = coordinatesOf(fixture, schema);
    let refusedSome = 0;
    const property = fc.asyncProperty(demandNumbers, operationNumbers, callerLevels, async (drawn, numbers, level) => {
      const levels = new Map(drawn.map(([index, one]) => [coordinates[index % coordinates.length] ?? "", one]));
      const { document, variables } = writeOperation(schema, "query", numbers);
      const expected = await refusingMonolith(fixture, schema, levels, level)(document, variables);
      const refusalsOf = refusalsAt(federation, levels, level);
      const answer = await federation.ask(document, variables, { refusalsOf });
      const message = `${JSON.stringify([...levels])} at level ${level}\n${documentText(document, variables)}`;
      expect(answer.data, message).toEqual(JSON.parse(JSON.stringify(expected.data)));
      expect(answer.errors !== undefined, message).toBe(expected.errors !== undefined);
      for (const { extensions } of answer.errors ?? []) {
        expect(extensions.code, message).toBe("INSUFFICIENT_USER_AUTHENTICATION");
      }
      const inVain = answer.calls.flatMap((call) => askedInVain(call, schema, levels, level));
      expect(inVain, message).toEqual([]);
      if (answer.errors) refusedSome += 1;
    });
    await fc.assert(property, { seed, numRuns: 120 });
    expect(refusedSome).toBeGreaterThan(20);
  });
});
