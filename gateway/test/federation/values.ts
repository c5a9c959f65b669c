/** Writes argument values and conditions: literals, and variables with and without defaults. */
import {
  type ArgumentNode,
  astFromValue,
  type ConstValueNode,
  type DirectiveNode,
  type GraphQLArgument,
  GraphQLBoolean,
  type GraphQLInputType,
  GraphQLNonNull,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  Kind,
  parseConstValue,
  parseType,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from "graphql";
import type { Choices } from "./choices.ts";
import { nameNode } from "./nodes.ts";

export interface ValueWriter {
  /** An argument with a value, or none at all. */
  argument(argument: GraphQLArgument): ArgumentNode | undefined;
  /** `@skip` or `@include`. */
  condition(directive: "skip" | "include"): DirectiveNode;
  definitions(): readonly VariableDefinitionNode[];
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Plain values by scalar; whatever else is asked for takes any of them. */
const scalars: Readonly<Record<string, readonly string[]>> = {
  Int: ["1", "0", "2", "-3"],
  Float: ["1.5", "2", "-0.25"],
  String: ['"a"', '""', '"“ü\\n\\"”"', '"b"'],
  Boolean: ["true", "false"],
  ID: ['"p1"', '"a"', '"m3"', '"c"', '"none"', "7"],
};
const anyScalar = ['"2001-02-03"', "5", "true", "{ deep: [1, { b: null }] }", "[1, [2]]"];

/** How deep input objects are nested. */
const maxDepth = 3;

export function createValueWriter(choose: Choices): ValueWriter {
  const definitions: VariableDefinitionNode[] = [];
  const variables: Record<string, unknown> = {};

  function literal(type: GraphQLInputType, depth: number): ConstValueNode {
    if (isNonNullType(type)) return filled(type.ofType, depth);
    return choose(6) === 5 || depth > maxDepth ? { kind: Kind.NULL } : filled(type, depth);
  }

  function filled(type: GraphQLInputType, depth: number): ConstValueNode {
    if (isNonNullType(type)) return filled(type.ofType, depth);
    if (isListType(type)) {
      return { kind: Kind.LIST, values: Array.from({ length: choose(3) }, () => literal(type.ofType, depth + 1)) };
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isRequiredInputField(field) || choose(2) === 1);
      return {
        kind: Kind.OBJECT,
        fields: fields.map((field) => ({
          kind: Kind.OBJECT_FIELD,
          name: nameNode(field.name),
          value: literal(field.type, depth + 1),
        })),
      };
    }
    if (isEnumType(type)) {
      const values = type.getValues();
      return { kind: Kind.ENUM, value: values[choose(values.length)]?.name ?? "" };
    }
    const texts = scalars[type.name] ?? anyScalar;
    return parseConstValue(texts[choose(texts.length)] ?? "0");
  }

  /** A variable of that type: without a value when it has a default that may serve. */
  function variable(type: GraphQLInputType): ValueNode {
    const name = `v${definitions.length}`;
    const withDefault = choose(3) === 1;
    const defaultValue = withDefault ? { defaultValue: literal(type, 0) } : {};
    const declared = withDefault && isNonNullType(type) && choose(2) === 1 ? type.ofType : type;
    definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: nameNode(name) },
      type: parseType(String(declared)),
      ...defaultValue,
    });
    const missing = (withDefault || !isNonNullType(type)) && choose(2) === 1;
    if (!missing) variables[name] = valueFromASTUntyped(literal(type, 0));
    return { kind: Kind.VARIABLE, name: nameNode(name) };
  }

  function value(type: GraphQLInputType): ValueNode {
    return choose(3) === 2 ? variable(type) : literal(type, 0);
  }

  return {
    argument(argument) {
      if (!isRequiredArgument(argument) && choose(3) === 0) return undefined;
      return { kind: Kind.ARGUMENT, name: nameNode(argument.name), value: value(argument.type) };
    },
    condition(directive) {
      const type = new GraphQLNonNull(GraphQLBoolean);
      const condition =
        choose(4) === 0 ? (astFromValue(directive === "include", type) ?? variable(type)) : variable(type);
      const argument: ArgumentNode = { kind: Kind.ARGUMENT, name: nameNode("if"), value: condition };
      return { kind: Kind.DIRECTIVE, name: nameNode(directive), arguments: [argument] };
    },
    definitions: () => definitions,
    variables,
  };
}
