/** Trials of generated operations: what they are made of, and what must come of them. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { ExecutionResult } from "graphql";
import { expect } from "vitest";
import { errorFaults } from "./error-laws.ts";
import { type FaultKind, type Faults, faultKinds, faultsAt, type Place, watchPlaces } from "./faults.ts";
import type { Federation, Outcome } from "./federation.ts";
import { documentText, type Fixture } from "./fixture.ts";
import { type GeneratedOperation, writeOperation } from "./operations.ts";
import { fieldsThatLead } from "./references.ts";
import type { StockFault } from "./stock-faults.ts";

/** From these an operation is written. */
export const operationNumbers = fc.array(fc.nat(1_000), { maxLength: 160, size: "max" });

/** From these faults are chosen among the places that an operation reads. */
export const faultNumbers = fc.record({
  picks: fc.array(fc.tuple(fc.nat(1_000), fc.constantFrom(...faultKinds)), { maxLength: 4 }),
  lying: fc.boolean(),
});

type FaultNumbers = typeof faultNumbers extends fc.Arbitrary<infer T> ? T : never;

/** Runs one operation without faults: the answer is the monolith's. */
export async function tryOperation(federation: Federation, numbers: readonly number[]): Promise<void> {
  const { document, variables } = writeOperation(federation.schema, "query", numbers);
  const expected = await federation.askMonolith(document, variables);
  const answer = await federation.ask(document, variables);
  expect(plain(answer), documentText(document, variables)).toEqual(plain(expected));
}

/**
 * Runs one by Apollo's executor too, without faults and with some: what it answers otherwise than one schema over
 * all the data must be due to a known fault of its own.
 *
 * @returns for each answer that is wrong the faults that it may be due to
 */
export async function tryStock(
  federation: Federation,
  stockFaults: readonly StockFault[],
  numbers: readonly number[],
  faultNumbers: FaultNumbers,
): Promise<(readonly string[])[]> {
  const operation = writeOperation(federation.schema, "query", numbers);
  const { document, variables } = operation;
  const { faults } = await chooseFaults(federation, operation, faultNumbers);
  const causes = async (lying: boolean, given?: Faults) => {
    const expected = plain(await federation.askMonolith(document, variables, given));
    const options = given ? { faults: given } : {};
    const answer = await federation.askStock(document, variables, options).then(plain, (error: Error) => error.message);
    if (isDeepStrictEqual(seen(answer), seen(expected))) return [];
    const known = stockFaults.filter(({ touches }) => touches(document, lying)).map(({ why }) => why);
    expect(known, `${documentText(document, variables)}\n${JSON.stringify(answer)}`).not.toEqual([]);
    return [known];
  };
  return [...(await causes(false)), ...(await causes(faultNumbers.lying, faults))];
}

/** The data, and whether anything is said to be wrong with it: each executor has words and paths of its own. */
function seen(answer: ReturnType<typeof plain>): unknown {
  return typeof answer === "string" ? answer : [answer.data, answer.errors !== undefined];
}

/** Runs one with faults: the same data is lost, and for each loss there is an error. */
export async function tryFaults(
  federation: Federation,
  numbers: readonly number[],
  faultNumbers: FaultNumbers,
): Promise<void> {
  const operation = writeOperation(federation.schema, "query", numbers);
  const { document, variables } = operation;
  const { faults, places } = await chooseFaults(federation, operation, faultNumbers);
  const expected = await federation.askMonolith(document, variables, faults);
  const unhidden = await federation.askUnhidden(document, variables, faults);
  const answer = await federation.ask(document, variables, { faults });
  const message = `${documentText(document, variables)}\n${places}`;
  expect(plain(answer).data, message).toEqual(plain(expected).data);
  expect(answer.errors !== undefined, message).toBe(expected.errors !== undefined);
  expect(errorFaults(answer, plain(unhidden)), message).toEqual([]);
}

/** Faults at places that the operation reads and that no other place hangs on. */
async function chooseFaults(
  { fixture, askMonolith }: Federation,
  { document, variables }: GeneratedOperation,
  { picks, lying }: FaultNumbers,
): Promise<{ readonly faults: Faults; readonly places: string }> {
  const watch = watchPlaces();
  await askMonolith(document, variables, watch.faults);
  const leading = leadingFields(fixture);
  const open = watch.places.filter(({ field }) => !leading.has(field));
  const chosen = picks.flatMap(([index, kind]): [Place, FaultKind][] => {
    const place = open[index % Math.max(1, open.length)];
    return place ? [[place, kind]] : [];
  });
  return { faults: faultsAt(chosen, lying), places: describe(chosen, lying) };
}

function leadingFields({ subgraphs }: Fixture): ReadonlySet<string> {
  return fieldsThatLead(Object.values(subgraphs).map(({ sdl }) => sdl));
}

function describe(chosen: readonly [Place, FaultKind][], lying: boolean): string {
  const places = chosen.map(([{ item, field }, kind]) => {
    const owner = typeof item === "string" ? item : `${item.__typename} ${item.id ?? ""}`;
    return `${kind} at ${owner}.${field}`;
  });
  return [...places, lying ? "subgraphs lie" : "subgraphs are honest"].join("; ");
}

/** As a client reads it. */
function plain({ data, errors }: Pick<ExecutionResult, "data" | "errors"> | Pick<Outcome, "data" | "errors">) {
  return JSON.parse(JSON.stringify({ data, ...(errors && { errors }) }));
}
