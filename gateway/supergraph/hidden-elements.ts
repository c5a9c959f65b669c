/**
 * What a contract hides. First what its tags say, then, until nothing changes any more, what would make
 * no valid schema without that: whatever depends on something hidden is hidden with it.
 */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from "graphql";
import type { Tags } from "./tags.ts";

/** Which tagged elements an audience sees. */
export interface ContractFilter {
  /** When not empty, fields of objects and interfaces, and unions, are seen only with one of these tags. */
  readonly include: readonly string[];
  /** What has one of these tags is not seen, whatever else it has. */
  readonly exclude: readonly string[];
}

/** Schema coordinates, as in `Tags`. */
type Hidden = Set<string>;

type Composite = GraphQLObjectType | GraphQLInterfaceType;

/** The coordinates of everything in `schema` that the contract hides. */
export function hiddenElements(schema: GraphQLSchema, tags: Tags, filter: ContractFilter): ReadonlySet<string> {
  const hidden: Hidden = new Set(hiddenByTags(schema, tags, filter));
  const composites = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) || isInterfaceType(type));
  for (let before = -1; before < hidden.size; ) {
    before = hidden.size;
    // First: a type that is hidden whole takes nothing from the interfaces that it implements.
    hideEmptyTypes(schema, hidden);
    for (const type of composites) if (!isIntrospectionType(type)) hideDependentFields(type, hidden);
    hideDependentInputs(schema, hidden);
  }
  return hidden;
}

function hiddenByTags(schema: GraphQLSchema, tags: Tags, { include, exclude }: ContractFilter): string[] {
  const has = (coordinate: string, names: readonly string[]) =>
    names.some((name) => tags.get(coordinate)?.has(name) === true);
  const mustBeIncluded = (coordinate: string) => {
    const [name = "", member] = coordinate.split(".", 2);
    const type = schema.getType(name);
    if (isUnionType(type)) return true;
    return (isObjectType(type) || isInterfaceType(type)) && member !== undefined && !member.includes("(");
  };
  return [...tags.keys()].filter(
    (coordinate) =>
      has(coordinate, exclude) || (include.length > 0 && mustBeIncluded(coordinate) && !has(coordinate, include)),
  );
}

function hideDependentFields(type: Composite, hidden: Hidden): void {
  if (hidden.has(type.name)) return;
  for (const field of Object.values(type.getFields())) {
    const coordinate = `${type.name}.${field.name}`;
    hideDependentArguments(coordinate, field, hidden);
    const unusable = field.args.some((arg) => isRequiredArgument(arg) && hidden.has(`${coordinate}(${arg.name}:)`));
    if (unusable || hidden.has(getNamedType(field.type).name)) hidden.add(coordinate);
    for (const promise of type.getInterfaces()) agreeWithInterface(type, promise, field, hidden);
  }
}

function hideDependentArguments(field: string, { args }: GraphQLField<unknown, unknown>, hidden: Hidden): void {
  for (const argument of args) {
    if (hidden.has(getNamedType(argument.type).name) || defaultIsHidden(argument, hidden)) {
      hidden.add(`${field}(${argument.name}:)`);
    }
  }
}

/** An interface cannot promise what a type that implements it does not show; their arguments stay alike. */
function agreeWithInterface(
  type: Composite,
  promise: GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
  hidden: Hidden,
): void {
  const promised = promise.getFields()[field.name];
  if (!promised) return;
  const here = `${type.name}.${field.name}`;
  const there = `${promise.name}.${field.name}`;
  if (hidden.has(here)) hidden.add(there);
  for (const { name } of promised.args) {
    if (hidden.has(`${here}(${name}:)`)) hidden.add(`${there}(${name}:)`);
    else if (hidden.has(`${there}(${name}:)`)) hidden.add(`${here}(${name}:)`);
  }
}

function hideDependentInputs(schema: GraphQLSchema, hidden: Hidden): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      if (hidden.has(getNamedType(field.type).name) || defaultIsHidden(field, hidden)) hidden.add(coordinate);
      if (hidden.has(coordinate) && isRequiredInputField(field)) hidden.add(type.name);
    }
  }
}

/** A default stays only as long as everything in it can be seen. */
function defaultIsHidden({ type, defaultValue }: GraphQLArgument | GraphQLInputField, hidden: Hidden): boolean {
  return holdsHidden(defaultValue, type, hidden);
}

function holdsHidden(value: unknown, type: GraphQLInputType, hidden: Hidden): boolean {
  if (value === null || value === undefined) return false;
  if (isNonNullType(type)) return holdsHidden(value, type.ofType, hidden);
  if (isListType(type)) return [value].flat().some((item) => holdsHidden(item, type.ofType, hidden));
  if (isEnumType(type)) return hidden.has(`${type.name}.${value}`);
  if (!isInputObjectType(type)) return false;
  const fields = type.getFields();
  return Object.entries(value).some(([name, inner]) => {
    const field = fields[name];
    return hidden.has(`${type.name}.${name}`) || (field !== undefined && holdsHidden(inner, field.type, hidden));
  });
}

function hideEmptyTypes(schema: GraphQLSchema, hidden: Hidden): void {
  for (const type of Object.values(schema.getTypeMap())) {
    const members = membersOf(type);
    if (members?.every((member) => hidden.has(member))) hidden.add(type.name);
  }
}

function membersOf(type: ReturnType<GraphQLSchema["getTypeMap"]>[string]): string[] | undefined {
  if (isUnionType(type)) return type.getTypes().map(({ name }) => name);
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
    return Object.keys(type.getFields()).map((name) => `${type.name}.${name}`);
  }
  return undefined;
}
