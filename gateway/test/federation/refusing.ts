/** A fixture as one schema in which whatever somebody may not read is an error: what is demanded of a field, once more. */
import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  Kind,
  parse,
  printSchema,
  type SelectionSetNode,
} from "graphql";
import { fieldsOf, isType, valuesOf } from "../../../schema/linked-directive.ts";
import { codeFor, type Demanded, type Somebody } from "./demanded.ts";
import type { Placed } from "./demanding.ts";
import {
  type FieldReader,
  type FieldReaders,
  type Fixture,
  type Item,
  monolith,
  type Run,
  withoutPromises,
} from "./fixture.ts";

/** What is demanded of who reads objects of a type, and a field of them. */
export interface Demands {
  ofType(type: GraphQLNamedType): readonly Demanded[];
  ofField(type: GraphQLCompositeType, field: string): readonly Demanded[];
}

/** Reads the demands from the SDL of the subgraphs. */
export function demandsIn(fixture: Fixture, schema: GraphQLSchema, placed: readonly Placed[]): Demands {
  const at = (type: string, field: string | null) =>
    placed.flatMap((each) => (each.known === type && each.field === field ? [each.demanded] : []));
  const resolvedWith = readResolvedWith(fixture);
  const ofType = (type: GraphQLNamedType) => kindsOf(type).flatMap(({ name }) => at(name, null));
  const ofField = (type: GraphQLNamedType, field: string, seen: readonly string[] = []): Demanded[] => {
    const key = `${type.name}.${field}`;
    if (seen.includes(key)) return [];
    const below = (on: GraphQLNamedType | undefined, { selections }: SelectionSetNode): Demanded[] =>
      selections.flatMap((selection) => {
        if (selection.kind !== Kind.FIELD || !on) return [];
        const inner = fieldOf(on, selection.name.value);
        const own = objectsOf(schema, on).flatMap((each) => ofField(each, selection.name.value, [...seen, key]));
        return [
          ...own,
          ...(selection.selectionSet ? below(inner && getNamedType(inner.type), selection.selectionSet) : []),
        ];
      });
    return [
      ...ofType(type),
      ...kindsOf(type).flatMap((each) => {
        const found = fieldOf(each, field);
        return found ? [...at(each.name, field), ...ofType(getNamedType(found.type))] : [];
      }),
      ...kindsOf(type).flatMap((each) =>
        (resolvedWith.get(`${each.name}.${field}`) ?? []).flatMap(({ around, selection }) =>
          below(around === null ? type : schema.getType(around), selection),
        ),
      ),
    ];
  };
  return { ofType, ofField };
}

/** A type, and the interfaces as which its objects come. */
function kindsOf(type: GraphQLNamedType): readonly GraphQLNamedType[] {
  return isObjectType(type) || isInterfaceType(type) ? [type, ...type.getInterfaces()] : [type];
}

function objectsOf(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  return isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
}

function fieldOf(type: GraphQLNamedType | undefined, field: string) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field] : undefined;
}

interface Handed {
  /** The type of an object around it; null for the object itself. */
  readonly around: string | null;
  readonly selection: SelectionSetNode;
}

/** What fields are resolved with (`@requires`, `@fromContext`), by coordinate. */
function readResolvedWith({ subgraphs }: Fixture): ReadonlyMap<string, readonly Handed[]> {
  const found = new Map<string, readonly Handed[]>();
  for (const { sdl } of Object.values(subgraphs)) {
    const types = parse(sdl).definitions.filter(isType);
    const around = types.find(({ directives }) => directives?.some(({ name }) => name.value === "context"));
    for (const type of types) {
      for (const field of fieldsOf(type)) {
        const applied = (name: string, on: typeof field | NonNullable<typeof field.arguments>[number]) =>
          (on.directives ?? []).filter((each) => each.name.value === name).map((each) => valuesOf(each.arguments));
        const handed: Handed[] = [
          ...applied("requires", field).map(({ fields }) => ({
            around: null,
            selection: selectionOf(`{ ${fields} }`),
          })),
          ...(field.arguments ?? [])
            .flatMap((argument) => applied("fromContext", argument))
            .map(({ field: text }) => ({
              around: around?.name.value ?? "",
              selection: selectionOf(String(text).replace(/^\$\w+/, "")),
            })),
        ];
        if (handed.length > 0) found.set(`${type.name.value}.${field.name.value}`, handed);
      }
    }
  }
  return found;
}

function selectionOf(text: string): SelectionSetNode {
  const [definition] = parse(text).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${text}`);
  return definition.selectionSet;
}

/** One schema over all the data, with an error in the place of each thing that is refused. */
export interface Refusing {
  readonly run: Run;
  /** The same where every field is nullable: no null hides what is beside it. */
  readonly runUnhidden: Run;
}

/** Builds it for somebody. An error bears as `codes` the one that she is told, and others that would do. */
export function refusing(fixture: Fixture, schema: GraphQLSchema, demands: Demands, somebody: Somebody): Refusing {
  const readers: FieldReaders = { ...fixture.fields, ...fixture.monolithFields };
  const refusal = (all: readonly Demanded[], alike: readonly string[] = []) => {
    const code = codeFor(all, somebody);
    return code === undefined ? undefined : new GraphQLError("refused", { extensions: { codes: [code, ...alike] } });
  };
  // Where a field is refused of whatever an object may be, nobody asks what it is: it is told of as any of them.
  const alike = (type: GraphQLObjectType, field: string) =>
    type.getInterfaces().flatMap((each) => {
      const objects = fieldOf(each, field) ? schema.getPossibleTypes(each) : [];
      const codes = objects.flatMap((object) => codeFor(demands.ofField(object, field), somebody) ?? []);
      return codes.length === objects.length ? codes : [];
    });
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    const name: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "__typename") : undefined;
    const type = typeof name === "string" ? schema.getType(name) : undefined;
    return (type && refusal(demands.ofType(type))) ?? value;
  };
  const monolithFields: Record<string, FieldReader> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.keys(type.getFields())) {
      const read = readers[`${type.name}.${field}`] ?? property(field);
      const refused = refusal(demands.ofField(type, field), alike(type, field));
      monolithFields[`${type.name}.${field}`] = (source, args) => {
        if (refused) throw refused;
        return shown(read(source, args));
      };
    }
  }
  const own = { ...fixture, monolithFields };
  return {
    run: monolith(own, schema),
    runUnhidden: monolith(own, withoutPromises(printSchema(schema))),
  };
}

function property(field: string): FieldReader {
  return (source: Item, args) => {
    const value = source[field];
    return typeof value === "function" ? value(args) : value;
  };
}
