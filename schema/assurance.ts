/** `@assurance(level:, maxAge:)`: how certain it must be who reads, and how fresh that certainty. */
import type { LinkedDirective } from "./linked-directive.ts";

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A duration as the directive writes it, in seconds; NaN for whatever is none. */
function secondsOf(maxAge: unknown): number {
  const { count, unit = "" } = /^(?<count>[1-9]\d{0,5})(?<unit>[smhd])$/.exec(String(maxAge))?.groups ?? {};
  return Number(count) * (secondsIn[unit] ?? Number.NaN);
}

/** All demands are kept: the highest level, the shortest age. */
export const assurance: LinkedDirective = {
  name: "assurance",
  definition: `
"""
The reader must have signed in at this level of assurance (1 to 3), and no longer ago than \`maxAge\`: a whole number
with \`s\`, \`m\`, \`h\` or \`d\`, as in \`15m\`. On a type it holds for every field that gives it, on an interface for all
that implement it.
"""
directive @assurance(level: Int!, maxAge: String) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ENUM | SCALAR
`,
  faultOf({ level, maxAge }) {
    if (![1, 2, 3].includes(Number(level))) return "level must be 1, 2 or 3";
    if (maxAge === undefined || maxAge === null) return undefined;
    return secondsOf(maxAge) > 0 ? undefined : 'maxAge must be like "15m"';
  },
  merge(given) {
    const ages = given.flatMap(({ maxAge }) => (typeof maxAge === "string" ? [maxAge] : []));
    const [shortest] = ages.sort((a, b) => secondsOf(a) - secondsOf(b));
    const level = Math.max(...given.map((each) => Number(each.level)));
    return { level, ...(shortest !== undefined && { maxAge: shortest }) };
  },
};
