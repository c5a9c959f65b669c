/** The plans of one operation: one for each way in which its `@override` labels fall and in which it is refused. */
import type { QueryPlan } from "@apollo/query-planner";
import { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import { RequestRefused } from "../answer.ts";
import { compileProgram, type PlannedOperation, type Program } from "../execution/program.ts";
import type { Planner } from "../planning/planner.ts";
import type { Refusal } from "../rights/demand.ts";
import type { PlannedKinds } from "../rights/kinds-in-plan.ts";
import type { Refusals } from "../rights/rights.ts";
import type { OverrideDecisions } from "./overrides.ts";

/** What is to be planned: an operation and its text. */
export interface Plannable extends Omit<PlannedOperation, "plan"> {
  readonly text: string;
  /** The text without what is refused. */
  textWithout(refusals: Refusals): string;
  /** Throws an Error when a plan must not be run. */
  checkPlan(plan: QueryPlan): void;
  kindsIn(plan: QueryPlan): PlannedKinds;
  /** Response names of `text` that have another name in the answer. */
  readonly responseNames: ReadonlyMap<string, string>;
}

/** A plan, compiled. */
export interface PlannedProgram {
  readonly plan: QueryPlan;
  readonly program: Program;
  /** Why the caller may not read all of it; undefined when she may. */
  readonly refusal: Refusal | undefined;
  /** The kinds of personal data that it asks for. */
  readonly kinds: PlannedKinds;
}

/** Most ways of one operation that are kept. */
const maxWays = 16;

/**
 * Makes the function that plans one operation, each way once however many ask at the same time.
 * What failed is tried again by whoever asks next.
 *
 * @param grown is told the length of every plan that is kept
 */
export function createPlannings(
  { text, textWithout, checkPlan, kindsIn, ...operation }: Plannable,
  planner: Planner,
  grown: (length: number) => void,
): (overrides: OverrideDecisions, refusals: Refusals) => Promise<PlannedProgram> {
  const ways = new LRUCache<string, Promise<PlannedProgram>>({ max: maxWays });
  const make = async (overrides: OverrideDecisions, refusals: Refusals): Promise<PlannedProgram> => {
    const plan = await makePlan(planner, refusals.key === "" ? text : textWithout(refusals), overrides);
    checkPlan(plan);
    const program = compileProgram({ ...operation, plan, refusals });
    grown(JSON.stringify(plan).length);
    return Object.freeze({ plan, program, refusal: refusals.whole, kinds: kindsIn(plan) });
  };
  return (overrides, refusals) => {
    const way = wayOf(overrides, refusals);
    const known = ways.get(way);
    if (known) return known;
    const flight = make(overrides, refusals).catch((error: unknown) => {
      ways.delete(way);
      throw error;
    });
    ways.set(way, flight);
    return flight;
  };
}

/** Labels cannot hold what JSON puts between them. */
function wayOf(overrides: OverrideDecisions, { key }: Refusals): string {
  return overrides.size === 0 && key === "" ? "" : JSON.stringify([key, ...overrides]);
}

async function makePlan(planner: Planner, document: string, overrides: OverrideDecisions): Promise<QueryPlan> {
  try {
    return await planner.plan({ document, overrides });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [error]);
    throw error;
  }
}
