/** How a subgraph of a fixture finds the object that a representation names. */
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from "graphql";
import type { Fixture, Item } from "./fixture.ts";

/** By type name. */
export type KeySelections = ReadonlyMap<string, readonly SelectionSetNode[]>;
export type ExternalFields = ReadonlyMap<string, ReadonlySet<string>>;

/** Under it a copy that a subgraph works with keeps the object that it stands for. */
export const origin = Symbol("origin");

/** The selections of every `@key` in the SDL of a subgraph. */
export function keySelections(sdl: DocumentNode): KeySelections {
  const found = new Map<string, SelectionSetNode[]>();
  for (const [type, fields] of directiveFields(sdl, "key")) {
    found.set(type, [...(found.get(type) ?? []), selectionOf(fields)]);
  }
  return found;
}

/** The names of the fields that a subgraph knows of another one's hands only. */
export function externalFields(sdl: DocumentNode): ExternalFields {
  const found = new Map<string, Set<string>>();
  for (const definition of sdl.definitions) {
    if (!("fields" in definition) || !definition.name) continue;
    const names = (definition.fields ?? []).filter(({ directives }) =>
      directives?.some(({ name }) => name.value === "external"),
    );
    const known = found.get(definition.name.value) ?? new Set();
    for (const { name } of names) known.add(name.value);
    found.set(definition.name.value, known);
  }
  return found;
}

/** Every name within a `@key` or a `@requires` of the subgraphs: what may not fail if the rest is to be reached. */
export function fieldsThatLead(sdls: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const sdl of sdls) {
    const document = parse(sdl);
    const texts = ["key", "requires"].flatMap((name) => directiveFields(document, name).map(([, text]) => text));
    visit(parse(`{ a ${texts.join(" ")} }`), { Field: ({ name }) => void names.add(name.value) });
  }
  return names;
}

/**
 * The object that a representation names, as the subgraph knows it: what others own comes from the
 * representation, as it would in a subgraph with a database of its own.
 */
export function findItem(
  { items }: Fixture,
  schema: GraphQLSchema,
  reference: Item,
  keys: KeySelections,
  externals: ExternalFields,
): Item | GraphQLError | null {
  const type = schema.getType(reference.__typename);
  const selections = keys.get(reference.__typename)?.filter((key) => covers(reference, key));
  if (!type || !selections?.length) return new GraphQLError(`${reference.__typename} has no such key`);
  const found = items.find(
    (item) => isOf(item, reference.__typename) && selections.some((key) => agrees(item, reference, key)),
  );
  if (!found) return null;
  const own = Object.entries(found).filter(([name]) => !externals.get(reference.__typename)?.has(name));
  const known = { ...Object.fromEntries(own), ...given(reference, found, externals), [origin]: found };
  return { ...known, __typename: isAbstractType(type) ? found.__typename : reference.__typename };
}

/** The objects of an interface name it in `kinds`, for a subgraph may not know that it is an interface. */
function isOf(item: Item, type: string): boolean {
  return item.__typename === type || (Array.isArray(item.kinds) && item.kinds.includes(type));
}

/** What only the representation says. */
function given(reference: Item, found: Item, externals: ExternalFields): Readonly<Record<string, unknown>> {
  const names = externals.get(reference.__typename);
  return Object.fromEntries(Object.entries(reference).filter(([name]) => names?.has(name) || !(name in found)));
}

function covers(value: unknown, { selections }: SelectionSetNode): boolean {
  if (Array.isArray(value)) return value.every((entry) => covers(entry, { kind: Kind.SELECTION_SET, selections }));
  return fieldsOf(selections).every(({ name, selectionSet }) => {
    const part = member(value, name.value);
    return part !== undefined && part !== null && (!selectionSet || covers(part, selectionSet));
  });
}

function agrees(a: unknown, b: unknown, { selections }: SelectionSetNode): boolean {
  return fieldsOf(selections).every(({ name, selectionSet }) => {
    const [left, right] = [member(a, name.value), member(b, name.value)];
    if (!selectionSet) return left === right;
    if (!Array.isArray(left) || !Array.isArray(right)) return agrees(left, right, selectionSet);
    return left.length === right.length && left.every((entry, index) => agrees(entry, right[index], selectionSet));
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function fieldsOf(selections: SelectionSetNode["selections"]): readonly FieldNode[] {
  return selections.filter((selection) => selection.kind === Kind.FIELD);
}

function selectionOf(fields: string): SelectionSetNode {
  const [definition] = parse(`{ ${fields} }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no selection: ${fields}`);
  return definition.selectionSet;
}

/** Pairs of the type and the `fields` of each directive of that name, on types and on their fields. */
function directiveFields(sdl: DocumentNode, directive: string): [type: string, fields: string][] {
  const found: [string, string][] = [];
  for (const definition of sdl.definitions) {
    if (!("name" in definition) || !definition.name) continue;
    const type = definition.name.value;
    visit(definition, {
      Directive({ name, arguments: args }) {
        const fields = args?.find((argument) => argument.name.value === "fields")?.value;
        if (name.value === directive && fields?.kind === Kind.STRING) found.push([type, fields.value]);
      },
    });
  }
  return found;
}
