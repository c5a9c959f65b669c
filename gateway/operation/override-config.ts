/** `@override` labels as configuration: for whom a field is taken from its new subgraph already. */
import { z } from "zod";
import { type OverrideRule, positionOf } from "./overrides.ts";

const rules = z.record(
  z.string().min(1),
  z.strictObject({
    clients: z.array(z.string().min(1)).default([]),
    percent: z.number().min(0).max(100).default(0),
  }),
);

/**
 * Reads `{"label": {"clients": ["client_id"], "percent": 5}}`: a label is on for these clients, and for
 * that share of the citizens of all others. Labels that are not named are off.
 */
export const overridesJson = z.string().transform((text, context): OverrideRule => {
  const read = rules.safeParse(parseJson(text));
  if (!read.success) {
    context.addIssue('must be JSON: {"label": {"clients": [], "percent": 0}}');
    return z.NEVER;
  }
  const byLabel = new Map(Object.entries(read.data));
  return (label, admitted) => {
    const rule = byLabel.get(label);
    if (!rule) return false;
    if (admitted.kind === "signed in" && rule.clients.includes(admitted.caller.clientId)) return true;
    return positionOf(label, admitted) < rule.percent;
  };
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
