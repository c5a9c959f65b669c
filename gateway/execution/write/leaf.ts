/** Scalars and enums to JSON text. */
import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from "graphql";
import type { WriteValue, Writing } from "./writing.ts";

/** Compiles the writer of a leaf type. Custom scalars are written as they came. */
export function compileLeaf(type: GraphQLLeafType): WriteValue {
  if (isEnumType(type)) return compileEnum(type);
  switch (type.name) {
    case "Int":
      return writeInt;
    case "Float":
      return writeFloat;
    case "Boolean":
      return writeBoolean;
    case "String":
      return writeString;
    case "ID":
      return writeId;
    default:
      return writeAny;
  }
}

/** Values that clients may not see are no values of the type that they know. */
function compileEnum(type: GraphQLEnumType): WriteValue {
  const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
  return (value, writing) => {
    const text = texts.get(value);
    return text === undefined ? writing.fault("unfit") : append(writing, text);
  };
}

function writeString(value: unknown, writing: Writing): boolean {
  return typeof value === "string" ? appendString(writing, value) : writing.fault("unfit");
}

/** 32 bits with a sign (GraphQL specification, section 3.5.1). */
function writeInt(value: unknown, writing: Writing): boolean {
  return typeof value === "number" && (value | 0) === value ? append(writing, String(value)) : writing.fault("unfit");
}

function writeFloat(value: unknown, writing: Writing): boolean {
  return typeof value === "number" ? append(writing, String(value)) : writing.fault("unfit");
}

function writeBoolean(value: unknown, writing: Writing): boolean {
  return typeof value === "boolean" ? append(writing, value ? "true" : "false") : writing.fault("unfit");
}

/** An ID is written as a string, also where a subgraph keeps numbers (GraphQL specification, section 3.5.5). */
function writeId(value: unknown, writing: Writing): boolean {
  if (typeof value === "string") return appendString(writing, value);
  return Number.isInteger(value) ? append(writing, `"${value}"`) : writing.fault("unfit");
}

function writeAny(value: unknown, writing: Writing): boolean {
  if (typeof value !== "object") return append(writing, JSON.stringify(value));
  try {
    return append(writing, JSON.stringify(value));
  } catch {
    // Nested deeper than the stack goes: a subgraph that gives such a thing loses that value, not the whole answer.
    return writing.fault("unfit");
  }
}

function appendString(writing: Writing, value: string): true {
  return append(writing, writing.plain ? `"${value}"` : JSON.stringify(value));
}

function append(writing: Writing, text: string): true {
  writing.text += text;
  return true;
}
