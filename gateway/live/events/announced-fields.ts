/** Which fields of `Subscription` live on announced events, and whose they are: what the supergraph says of it. */
import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputType,
  isListType,
  isObjectType,
  Kind,
} from "graphql";
import type { LoadedSupergraph } from "../../supergraph/supergraph.ts";

/** A field of `Subscription` whose events a subgraph announces. */
export interface AnnouncedField {
  /** The subgraph that may announce. */
  readonly owner: string;
  /** The entity that comes with an event, and the fields that name one. */
  readonly entity: { readonly type: string; readonly key: readonly string[] };
  /** What an event is filtered by: the arguments of the field, each with the type of one value. */
  readonly filters: ReadonlyMap<string, GraphQLInputType>;
}

type Described = Pick<LoadedSupergraph, "supergraphSchema" | "announcers">;

/** The announced fields of a supergraph, by name. */
export function announcedFields({ supergraphSchema, announcers }: Described): ReadonlyMap<string, AnnouncedField> {
  const found = new Map<string, AnnouncedField>();
  const subscription = supergraphSchema.getSubscriptionType();
  if (!subscription) return found;
  const graphs = graphNames(supergraphSchema.getType("join__Graph"));
  for (const field of Object.values(subscription.getFields())) {
    const [graph = "", ...others] = graphsOf(field, subscription);
    const onPaper = graphs.get(graph) ?? "";
    const owner = announcers.get(onPaper);
    const type = getNamedType(field.type);
    if (owner === undefined || others.length > 0 || !isObjectType(type)) continue;
    const key = keyIn(type, graph);
    if (!key || !isEntityOf(type, owner, graphs)) continue;
    const filters = new Map(field.args.map((argument) => [argument.name, valueType(argument)]));
    found.set(field.name, { owner, entity: { type: type.name, key: key.split(/\s+/) }, filters });
  }
  return found;
}

/** The names of the subgraphs, by the enum values that stand for them in the supergraph. */
function graphNames(type: GraphQLNamedType | undefined): ReadonlyMap<string, string> {
  if (!isEnumType(type)) return new Map();
  return new Map(
    type.getValues().map((value) => {
      const [join] = joins(value, "join__graph");
      return [value.name, (join && argumentOf(join, "name")) ?? ""];
    }),
  );
}

function graphsOf(field: GraphQLField<unknown, unknown>, type: GraphQLObjectType): readonly string[] {
  const ofField = joins(field, "join__field");
  return (ofField.length > 0 ? ofField : joins(type, "join__type")).map((join) => argumentOf(join, "graph") ?? "");
}

function keyIn(type: GraphQLObjectType, graph: string): string | undefined {
  const join = joins(type, "join__type").find((directive) => argumentOf(directive, "graph") === graph);
  return join && argumentOf(join, "key");
}

/** Whether the subgraph itself gives this entity by a key. */
function isEntityOf(type: GraphQLObjectType, subgraph: string, graphs: ReadonlyMap<string, string>): boolean {
  return joins(type, "join__type").some(
    (join) =>
      graphs.get(argumentOf(join, "graph") ?? "") === subgraph &&
      argumentOf(join, "key") !== undefined &&
      argumentOf(join, "resolvable") !== "false",
  );
}

function joins(
  element: { readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined },
  name: string,
): readonly ConstDirectiveNode[] {
  return (element.astNode?.directives ?? []).filter((directive) => directive.name.value === name);
}

function argumentOf({ arguments: given = [] }: ConstDirectiveNode, name: string): string | undefined {
  const value = given.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.BOOLEAN) return String(value.value);
  return value && "value" in value && typeof value.value === "string" ? value.value : undefined;
}

/** The type of one value: a list as an argument means any of them. */
function valueType({ type }: GraphQLArgument): GraphQLInputType {
  const nullable = getNullableType(type);
  const item = isListType(nullable) ? getNullableType(nullable.ofType) : nullable;
  return isInputType(item) ? item : type;
}
