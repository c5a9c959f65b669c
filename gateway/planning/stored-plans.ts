/** A planner that remembers across processes: what one replica planned, no other plans again. */
import { createHash } from "node:crypto";
import { Kind, parse, visit } from "graphql";
import type { KeyValueStore } from "../../platform/keyvalue.ts";
import type { Logger } from "../../platform/log.ts";
import { readPlan } from "./plan-shape.ts";
import type { Planner, PlanRequest } from "./planner.ts";

/** How long a plan is kept after it was made, in seconds. */
const planTtlSeconds = 7 * 24 * 60 * 60;

/** Most characters of a plan that is kept. */
const maxPlanLength = 256 * 1024;

/** Numbers with more digits than this may be somebody's. */
const maxDigits = 4;

/**
 * Puts `store` before a planner. A store that fails or holds something else than a plan costs a planning,
 * never a request. Operations with values of their own written into them stay out of it: a citizen's
 * number may be among them.
 *
 * @param supergraphId so that plans over different supergraphs never meet
 */
export function rememberPlans(planner: Planner, supergraphId: string, store: KeyValueStore, log: Logger): Planner {
  const read = async (key: string) => {
    try {
      const text = await store.get(key);
      const plan = text === null ? undefined : readPlan(text);
      if (text !== null && plan === undefined) log.warn({ key }, "stored plan ignored: it is not a plan");
      return plan;
    } catch (error) {
      log.warn({ err: error }, "stored plans cannot be read");
      return undefined;
    }
  };
  const write = async (key: string, text: string) => {
    if (text.length > maxPlanLength) return;
    await store.set(key, text, planTtlSeconds).catch((error: unknown) => {
      log.warn({ err: error }, "a plan cannot be stored");
    });
  };
  return {
    async plan(request) {
      if (holdsValues(request.document)) return await planner.plan(request);
      const key = keyOf(supergraphId, request);
      const known = await read(key);
      if (known) return known;
      const plan = await planner.plan(request);
      void write(key, JSON.stringify(plan));
      return plan;
    },
    close: () => planner.close(),
  };
}

/** Whether a text or a long number is written into the operation, where a variable might stand. */
export function holdsValues(document: string): boolean {
  let found = false;
  const long = ({ value }: { readonly value: string }) => {
    found ||= value.replace(/\D/g, "").length > maxDigits;
  };
  visit(parse(document, { noLocation: true }), {
    // The label of a part that comes later names the part, nobody's value.
    [Kind.DIRECTIVE]: ({ name }) => (name.value === "defer" ? false : undefined),
    [Kind.STRING]: ({ value }) => {
      found ||= value !== "";
    },
    [Kind.INT]: long,
    [Kind.FLOAT]: long,
  });
  return found;
}

function keyOf(supergraphId: string, { document, overrides }: PlanRequest): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([document, [...overrides]]))
    .digest("base64url");
  return `plan:${supergraphId}:${hash}`;
}
