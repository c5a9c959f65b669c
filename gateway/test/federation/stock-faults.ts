/** What Apollo's executor does wrong with a plan, and which operations each fault can touch. */
import {
  buildSchema,
  type DocumentNode,
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { avoidClashes, reservedNames } from "../../planning/clashing-names.ts";
import type { Federation } from "./federation.ts";

export interface StockFault {
  readonly why: string;
  /**
   * Whether an operation has what brings the fault about.
   *
   * @param lying whether subgraphs give nulls that they have promised not to give
   */
  touches(document: DocumentNode, lying: boolean): boolean;
}

/** The faults, for operations over one federation. */
export function stockFaultsOver({ schema, supergraphSdl }: Federation): readonly StockFault[] {
  const supergraphSchema = buildSchema(supergraphSdl, { assumeValidSDL: true });
  const reserved = reservedNames(supergraphSchema);
  const interfaceObjects = new Set(
    Object.values(supergraphSchema.getTypeMap())
      .filter((type) => isInterfaceType(type) && hasArgument(type.astNode?.directives, "isInterfaceObject"))
      .map(({ name }) => name),
  );
  const fromContext = (parent: string | undefined, name: string) => {
    const type = parent === undefined ? undefined : supergraphSchema.getType(parent);
    const field = type && "getFields" in type ? type.getFields()[name] : undefined;
    return hasArgument(field?.astNode?.directives, "contextArguments");
  };
  return [
    {
      why: "what a client selects is merged by response name with the keys and @requires of the plan",
      touches: (document) => avoidClashes(document, reserved).responseNames.size > 0,
    },
    {
      why: "`... on Query` is sent to subgraphs whose root type has another name",
      touches: (document) => conditionsOf(document).includes(schema.getQueryType()?.name ?? ""),
    },
    {
      why: "the name of an interface object takes the place of the type of the object",
      touches: (document) =>
        someField(document, schema, (field) => interfaceObjects.has(getNamedType(field.type).name)),
    },
    {
      why: "values of @fromContext are not handed down",
      touches: (document) => someField(document, schema, ({ name }, parent) => fromContext(parent, name)),
    },
    {
      why: "a null that a subgraph has promised not to give rises without an error",
      touches: (_document, lying) => lying,
    },
  ];
}

interface Annotation {
  readonly arguments?: readonly { readonly name: { readonly value: string } }[] | undefined;
}

function hasArgument(directives: readonly Annotation[] = [], name: string): boolean {
  return directives.some(({ arguments: given = [] }) => given.some((argument) => argument.name.value === name));
}

function conditionsOf(document: DocumentNode): string[] {
  const names: string[] = [];
  visit(document, {
    FragmentDefinition: ({ typeCondition }) => void names.push(typeCondition.name.value),
    InlineFragment: ({ typeCondition }) => void (typeCondition && names.push(typeCondition.name.value)),
  });
  return names;
}

function someField(
  document: DocumentNode,
  schema: Federation["schema"],
  holds: (field: GraphQLField<unknown, unknown>, parent: string | undefined) => boolean,
): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const look = () => {
    const field = types.getFieldDef();
    if (field && holds(field, types.getParentType()?.name)) found = true;
  };
  visit(document, visitWithTypeInfo(types, { Field: { enter: look } }));
  return found;
}
