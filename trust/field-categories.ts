/** What kinds of personal data the fields of a supergraph are (`@category`). */
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  valueFromASTUntyped,
} from "graphql";

/** The kinds by type and field. */
export interface FieldCategories {
  /** Of a field, with those of the type that it gives, of the type that it is on, and of the interfaces of both. */
  ofField(type: string, field: string): ReadonlySet<string>;
  /** Of the objects of a type: its own, or else those of all that leads to such an object. */
  ofType(type: string): ReadonlySet<string>;
}

/** The entity that everything personal hangs on; it is of no kind itself. */
const citizen = "Citizen";

const none: ReadonlySet<string> = new Set();

/** Reads them from a supergraph that graphql-js built from its SDL; undefined when it does not link our specification. */
export function readFieldCategories(supergraph: GraphQLSchema): FieldCategories | undefined {
  if (!isLinked(supergraph)) return undefined;
  const leading = fieldsByTarget(supergraph);
  const ofField = (type: string, name: string): ReadonlySet<string> => {
    const holder = supergraph.getType(type);
    if (!isObjectType(holder) && !isInterfaceType(holder)) return none;
    const field = holder.getFields()[name];
    if (!field) return none;
    const promised = holder.getInterfaces().flatMap((each) => each.getFields()[name] ?? []);
    return union([
      ofTypeItself(holder),
      ...[field, ...promised].flatMap((each) => [categoriesOn(each), ofTypeItself(getNamedType(each.type))]),
    ]);
  };
  const reach = (name: string, seen: Set<string>): ReadonlySet<string> => {
    const type = supergraph.getType(name);
    if (!type || name === citizen || seen.has(name)) return none;
    seen.add(name);
    const own = ofTypeItself(type);
    if (own.size > 0) return own;
    const names = [type, ...unionsOf(supergraph, type)].map((each) => each.name);
    return union(
      names
        .flatMap((each) => leading.get(each) ?? [])
        .map(([holder, field]) => {
          const said = ofField(holder, field);
          return said.size > 0 ? said : reach(holder, seen);
        }),
    );
  };
  return { ofField, ofType: (type) => reach(type, new Set()) };
}

/** Of a type and of the interfaces that it implements. */
function ofTypeItself(type: GraphQLNamedType): ReadonlySet<string> {
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return union([type, ...interfaces].map(categoriesOn));
}

/** The interfaces and unions as which a type may come. */
function unionsOf(supergraph: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (!isObjectType(type)) return [];
  const unions = Object.values(supergraph.getTypeMap()).filter(
    (each) => isUnionType(each) && each.getTypes().includes(type),
  );
  return [...type.getInterfaces(), ...unions];
}

/** Which fields, by type and name, give each type. */
function fieldsByTarget(supergraph: GraphQLSchema): ReadonlyMap<string, readonly (readonly [string, string])[]> {
  const found = new Map<string, (readonly [string, string])[]>();
  for (const type of Object.values(supergraph.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type).name;
      found.set(target, [...(found.get(target) ?? []), [type.name, field.name]]);
    }
  }
  return found;
}

function categoriesOn({ astNode }: GraphQLNamedType | GraphQLField<unknown, unknown>): ReadonlySet<string> {
  const applied = (astNode?.directives ?? []).filter(({ name }) => name.value === "category");
  return new Set(applied.flatMap((directive) => [argument(directive, "names")].flat().map(String)));
}

/** Whether a directive by the name of `@category` is that of our specification. */
function isLinked({ astNode, extensionASTNodes }: GraphQLSchema): boolean {
  return [astNode, ...extensionASTNodes]
    .flatMap((node) => node?.directives ?? [])
    .filter(({ name }) => name.value === "link")
    .some((link) => /^https:\/\/huimin\.invalid\/rights\/v1\.\d+$/.test(String(argument(link, "url"))));
}

function argument({ arguments: given = [] }: ConstDirectiveNode, name: string): unknown {
  const found = given.find((each) => each.name.value === name);
  return found && valueFromASTUntyped(found.value);
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((each) => [...each]));
}
