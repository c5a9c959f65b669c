/**
 * Document to operation: parsed, measured, validated and selected once, planned when it is first run.
 *
 * Two caches stand in a row. The first knows a document by its exact text; the second knows an operation
 * by its normalised text, so that clients who format differently share one plan.
 */
import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { LRUCache } from "lru-cache";
import { HuiminError } from "../../trust/errors.ts";
import { RequestRefused } from "../answer.ts";
import type { GraphQLRequest } from "../http/request.ts";
import { avoidClashes, reservedNames } from "../planning/clashing-names.ts";
import { readDemands } from "../rights/demands.ts";
import { handoverCheck } from "../rights/handed-in-plan.ts";
import { kindsReader } from "../rights/kinds-in-plan.ts";
import { type AskRules, findRights, noRefusals, type Refusals, withoutRefused } from "../rights/rights.ts";
import type { LoadedSupergraph } from "../supergraph/supergraph.ts";
import { createCostEstimate } from "./cost.ts";
import { deferRule } from "./defer-rule.ts";
import { checkLimits, type DocumentLimits, strictLimits } from "./limits.ts";
import { findNamedCitizens } from "./named-citizens.ts";
import { printOperation, selectOperation } from "./normalise.ts";
import { type CompiledOperation, definitionOf, maxErrors, readOperation } from "./operation.ts";
import { createLabelFinder, decideOverrides, type OverrideRule } from "./overrides.ts";
import { createPlannings } from "./planned.ts";

/** Most documents that are known by their exact text, and most characters of them together. */
const exactLimits = { max: 4_000, maxSize: 4 * 1024 * 1024 } as const;

/** Most operations that are kept, and most characters of them and their plans together. */
const operationLimits = { max: 1_000, maxSize: 8 * 1024 * 1024 } as const;

const rules = [...specifiedRules, deferRule];

/** Compiles operations for one schema; keeps the good ones. */
export interface Compiler {
  /**
   * The operation of a request.
   *
   * @throws RequestRefused `GRAPHQL_PARSE_FAILED`, `GRAPHQL_VALIDATION_FAILED`
   * @throws HuiminError `OPERATION_RESOLUTION_FAILURE`, `METHOD_NOT_ALLOWED`
   */
  compile(request: Pick<GraphQLRequest, "query" | "operationName" | "readOnly">): CompiledOperation;
  /** The normalised texts of the operations that were asked for most, most first. */
  busiest(count: number): readonly { readonly text: string; readonly uses: number }[];
  /** Compiles and plans the operation of a normalised text ahead; rejects as a request for it would. */
  warm(text: string): Promise<void>;
}

export interface CompilerOptions {
  /** How large a document may be; strict unless said otherwise. */
  readonly limits?: DocumentLimits;
  /** Decides `@override` labels that are not percentages; without it they are off. */
  readonly overrideRule?: OverrideRule | undefined;
  /** Asks the rules behind `@policy`; without it none allows anything. */
  readonly askRules?: AskRules;
}

interface Entry {
  readonly operation: CompiledOperation;
  uses: number;
}

/** Makes a compiler for the schema that the clients of `supergraph` see. */
export function createCompiler(supergraph: LoadedSupergraph, options: CompilerOptions = {}): Compiler {
  const { limits = strictLimits } = options;
  const exact = new LRUCache<string, string>({
    ...exactLimits,
    sizeCalculation: (text, key) => text.length + key.length,
  });
  const entries = new LRUCache<string, Entry>(operationLimits);
  const keep = createKeeper(entries, createMaker(supergraph, options));

  const find = (query: string, operationName: string | undefined): Entry => {
    // No document begins with its length, and the length keeps document and name apart.
    const key = operationName === undefined ? query : `${query.length} ${query}${operationName}`;
    const known = entries.get(exact.get(key) ?? "");
    if (known) return known;
    const document = parseDocument(query, limits);
    checkLimits(document, limits);
    const selected = selectOperation(document, operationName);
    const same = selected?.alone ? entries.get(selected.text) : undefined;
    if (!same) requireValid(supergraph, document);
    if (!selected) throw new HuiminError("OPERATION_RESOLUTION_FAILURE");
    exact.set(key, selected.text);
    return same ?? entries.get(selected.text) ?? keep(selected.text);
  };
  return {
    compile({ query, operationName, readOnly }) {
      const entry = find(query, operationName);
      requireRunnable(supergraph, entry.operation.definition, readOnly);
      entry.uses += 1;
      return entry.operation;
    },
    busiest: (count) => busiestOf(entries, count),
    warm: async (text) => await find(text, undefined).operation.warm(),
  };
}

type Entries = LRUCache<string, Entry>;

/** Makes the function that puts a new operation among the others; its plans count when they are there. */
function createKeeper(entries: Entries, newOperation: ReturnType<typeof createMaker>): (text: string) => Entry {
  return (text) => {
    let size = text.length;
    const grown = (length: number) => {
      size += length;
      if (entries.peek(text) === entry) entries.set(text, entry, { size });
    };
    const entry: Entry = { operation: newOperation(text, grown), uses: 0 };
    entries.set(text, entry, { size });
    return entry;
  };
}

function busiestOf(entries: Entries, count: number): ReturnType<Compiler["busiest"]> {
  return [...entries.entries()]
    .map(([text, { uses }]) => ({ text, uses }))
    .sort((a, b) => b.uses - a.uses)
    .slice(0, count);
}

/** Makes operations out of normalised texts; `grown` is told the length of every plan that is kept. */
function createMaker(
  supergraph: LoadedSupergraph,
  { overrideRule = () => false, askRules = allowNothing }: CompilerOptions,
) {
  const { schema, supergraphSchema, planner } = supergraph;
  const estimateCost = createCostEstimate(supergraphSchema);
  const findLabels = createLabelFinder(supergraphSchema, schema);
  const reserved = reservedNames(supergraphSchema);
  const demands = readDemands(supergraphSchema);
  const checkPlan = handoverCheck(supergraphSchema);
  const kindsIn = kindsReader(supergraphSchema, demands);
  return (text: string, grown: (length: number) => void): CompiledOperation => {
    const read = readOperation(text);
    // Written with response names that plans do not confuse; planned in a form that keeps labels, too.
    const { document, responseNames } = avoidClashes(read.document, reserved);
    const labelled = findLabels(document);
    const rights = findRights(document, schema, demands, askRules);
    const plannable = {
      ...definitionOf(document),
      responseNames,
      schema,
      supergraphSchema,
      checkPlan,
      kindsIn,
      text: printOperation(labelled.document),
      textWithout: (refusals: Refusals) => printOperation(withoutRefused(labelled.document, schema, refusals)),
    };
    const planned = createPlannings(plannable, planner, grown);
    return Object.freeze({
      ...read,
      schema,
      cost: estimateCost(read),
      named: findNamedCitizens(read, schema),
      categories: rights.categories,
      growsOld: rights.growsOld,
      planned: async (admitted) => {
        const refusals = await rights.decide(admitted, Date.now() / 1000);
        return await planned(decideOverrides(labelled.labels, admitted, overrideRule), refusals);
      },
      warm: async () => {
        if (!read.readsData) return;
        for (const on of labelled.labels.length > 0 ? [false, true] : [false]) {
          await planned(new Map(labelled.labels.map((label) => [label, on])), noRefusals);
        }
      },
    } satisfies CompiledOperation);
  };
}

const allowNothing: AskRules = async () => new Set();

function parseDocument(query: string, { tokens }: DocumentLimits): DocumentNode {
  try {
    return parse(query, { maxTokens: tokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw new RequestRefused("GRAPHQL_PARSE_FAILED", [error]);
    throw error;
  }
}

function requireValid({ schema }: LoadedSupergraph, document: DocumentNode): void {
  const errors = validate(schema, document, rules, { maxErrors });
  if (errors.length > 0) throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", errors);
}

function requireRunnable({ schema }: LoadedSupergraph, node: OperationDefinitionNode, readOnly: boolean): void {
  if (readOnly && node.operation === "mutation") throw new HuiminError("METHOD_NOT_ALLOWED");
  if (!schema.getRootType(node.operation)) {
    const message = `The schema has no ${node.operation}s.`;
    throw new RequestRefused("GRAPHQL_VALIDATION_FAILED", [new GraphQLError(message)]);
  }
}
