/** The scalars of the graph, by the names they have in the SDL. */
import { GraphQLError, GraphQLScalarType } from "graphql";
import { GraphQLDateTime, GraphQLLocalDate } from "graphql-scalars";
import { pseudonymPattern } from "../../trust/pseudonym.ts";

/** Text of one form. The error does not repeat the value, which may be personal. */
function textScalar(name: string, pattern: RegExp): GraphQLScalarType<string, string> {
  const check = (value: unknown): string => {
    if (typeof value === "string" && pattern.test(value)) return value;
    throw new GraphQLError(`This is not a well-formed ${name}.`);
  };
  return new GraphQLScalarType({ name, serialize: check, parseValue: check });
}

/** Instants are written in whole seconds of UTC. */
const dateTime = new GraphQLScalarType({
  ...GraphQLDateTime.toConfig(),
  serialize: (value) => {
    const instant = GraphQLDateTime.serialize(value);
    return instant instanceof Date ? `${instant.toISOString().slice(0, 19)}Z` : instant;
  },
});

/** Resolvers of the scalars; a subgraph uses those that its SDL declares. */
export const scalars = {
  /** The citizen ID in the form of the caller's sector; no other form is let in or out. */
  CitizenID: textScalar("CitizenID", pseudonymPattern),
  /** RFC 3339 full-date, as text. */
  Date: new GraphQLScalarType({ ...GraphQLLocalDate.toConfig(), name: "Date" }),
  /** RFC 3339 date-time in UTC; resolvers return a `Date`. */
  DateTime: dateTime,
  /** A calendar month, `YYYY-MM`, as text. */
  YearMonth: textScalar("YearMonth", /^\d{4}-(0[1-9]|1[0-2])$/),
};
