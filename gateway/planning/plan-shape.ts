/** What a query plan looks like: what comes from outside the process must fit it before it is run. */
import type { QueryPlan } from "@apollo/query-planner";
import { z } from "zod";

const path = z.array(z.union([z.string(), z.number()]));

const selection: z.ZodType = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("Field"),
      alias: z.string().optional(),
      name: z.string(),
      selections: z.array(selection).optional(),
    }),
    z.strictObject({
      kind: z.literal("InlineFragment"),
      typeCondition: z.string().optional(),
      selections: z.array(selection),
    }),
  ]),
);

const keyRenamer = z.strictObject({
  kind: z.literal("KeyRenamer"),
  path: z.array(z.string()),
  renameKeyTo: z.string(),
});

const rewrite = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ValueSetter"), path: z.array(z.string()), setValueTo: z.json() }),
  keyRenamer,
]);

const fetch = z.strictObject({
  kind: z.literal("Fetch"),
  serviceName: z.string(),
  id: z.string().optional(),
  hasDefers: z.boolean().optional(),
  variableUsages: z.array(z.string()).optional(),
  requires: z.array(selection).optional(),
  operation: z.string(),
  operationName: z.string().optional(),
  operationKind: z.enum(["query", "mutation", "subscription"]),
  inputRewrites: z.array(rewrite).optional(),
  outputRewrites: z.array(rewrite).optional(),
  contextRewrites: z.array(keyRenamer).optional(),
});

const node: z.ZodType = z.lazy(() =>
  z.discriminatedUnion("kind", [
    fetch,
    z.strictObject({ kind: z.literal("Sequence"), nodes: z.array(node) }),
    z.strictObject({ kind: z.literal("Parallel"), nodes: z.array(node) }),
    z.strictObject({ kind: z.literal("Flatten"), path, node }),
    z.strictObject({
      kind: z.literal("Defer"),
      primary: z.strictObject({ subselection: z.string().optional(), node: node.optional() }),
      deferred: z.array(deferred),
    }),
    z.strictObject({
      kind: z.literal("Condition"),
      condition: z.string(),
      ifClause: node.optional(),
      elseClause: node.optional(),
    }),
  ]),
);

const deferred = z.strictObject({
  depends: z.array(z.strictObject({ id: z.string(), deferLabel: z.string().optional() })),
  label: z.string().optional(),
  queryPath: z.array(z.string()),
  subselection: z.string().optional(),
  node: node.optional(),
});

const shape = z.strictObject({
  kind: z.literal("QueryPlan"),
  node: z
    .union([z.strictObject({ kind: z.literal("Subscription"), primary: fetch, rest: node.optional() }), node])
    .optional(),
});

const queryPlan = z.custom<QueryPlan>((value) => shape.safeParse(value).success);

/** Reads a plan from its JSON text; undefined for everything that is not exactly a plan. */
export function readPlan(text: string): QueryPlan | undefined {
  try {
    return queryPlan.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
