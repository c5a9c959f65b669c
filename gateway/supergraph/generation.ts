/** One supergraph in service: its compiled operations, for every audience, and what makes them warm. */
import type { Admitted } from "../admission/admit.ts";
import type { GraphQLRequest } from "../http/request.ts";
import { type Compiler, type CompilerOptions, createCompiler } from "../operation/compiler.ts";
import type { CompiledOperation } from "../operation/operation.ts";
import { applyContract } from "./contract.ts";
import type { Serving } from "./generations.ts";
import type { ContractFilter } from "./hidden-elements.ts";
import type { LoadedSupergraph } from "./supergraph.ts";

export interface Generation extends Serving {
  readonly supergraph: LoadedSupergraph;
  /** The operation of a request, as `Compiler.compile`, by the schema that `admitted` sees. */
  compile(request: Pick<GraphQLRequest, "query" | "operationName" | "readOnly">, admitted: Admitted): CompiledOperation;
  /** The same by the whole schema, whoever may see it. */
  compileWhole(request: Parameters<Compiler["compile"]>[0]): CompiledOperation;
  /** Whether `admitted` sees a part of the schema only, by a contract. */
  isPartial(admitted: Admitted): boolean;
  /** The operations that were asked for most, most first. */
  busiest(): readonly BusyOperation[];
  /** Compiles and plans operations ahead; leaves out those that do not fit any more, and stops in time. */
  warm(operations: readonly BusyOperation[]): Promise<void>;
}

/** An operation that many ask for. */
export interface BusyOperation {
  /** The contract by which it was asked; null for the whole schema. */
  readonly contract: string | null;
  /** Its normalised text. */
  readonly text: string;
}

/** Which schema each audience sees. */
export interface Contracts {
  readonly filters: ReadonlyMap<string, ContractFilter>;
  /** The name of a contract of `filters`; undefined for those who see everything. */
  of(admitted: Admitted): string | undefined;
}

export interface GenerationOptions {
  readonly compiler?: CompilerOptions;
  readonly contracts?: Contracts | undefined;
}

/** Most operations that are warmed for a new generation. */
const maxBusy = 200;

/** Longest time that a new generation is warmed before it goes live, in milliseconds. */
const warmTimeoutMs = 20_000;

/**
 * Makes the generation of a supergraph, whose planner is closed with it, or at once when it cannot be made.
 *
 * @throws Error when a contract leaves no valid schema
 */
export function createGeneration(supergraph: LoadedSupergraph, options: GenerationOptions = {}): Generation {
  try {
    return assemble(supergraph, createCompilers(supergraph, options), options.contracts);
  } catch (error) {
    void supergraph.planner.close();
    throw error;
  }
}

/** By contract; null is the whole schema. */
type Compilers = ReadonlyMap<string | null, Compiler>;

function createCompilers(supergraph: LoadedSupergraph, { compiler, contracts }: GenerationOptions): Compilers {
  const compilers = new Map<string | null, Compiler>([[null, createCompiler(supergraph, compiler)]]);
  for (const [name, filter] of contracts?.filters ?? []) {
    compilers.set(name, createCompiler(applyContract(supergraph, name, filter), compiler));
  }
  return compilers;
}

function assemble(supergraph: LoadedSupergraph, compilers: Compilers, contracts: Contracts | undefined): Generation {
  const compilerFor = (name: string | null): Compiler => {
    const found = compilers.get(name);
    if (!found) throw new TypeError(`there is no contract ${name}`);
    return found;
  };
  return {
    id: supergraph.id,
    supergraph,
    compile: (request, admitted) => compilerFor(contracts?.of(admitted) ?? null).compile(request),
    compileWhole: (request) => compilerFor(null).compile(request),
    isPartial: (admitted) => contracts?.of(admitted) !== undefined,
    busiest: () => busiestOf(compilers),
    warm: (operations) => warm(compilers, operations),
    close: () => supergraph.planner.close(),
  };
}

function busiestOf(compilers: Compilers): BusyOperation[] {
  const all = [...compilers].flatMap(([contract, compiler]) =>
    compiler.busiest(maxBusy).map(({ text, uses }) => ({ contract, text, uses })),
  );
  return all
    .sort((a, b) => b.uses - a.uses)
    .slice(0, maxBusy)
    .map(({ contract, text }) => ({ contract, text }));
}

async function warm(compilers: Compilers, operations: readonly BusyOperation[]): Promise<void> {
  const deadline = Date.now() + warmTimeoutMs;
  for (const { contract, text } of operations.slice(0, maxBusy)) {
    if (Date.now() > deadline) return;
    try {
      await compilers.get(contract)?.warm(text);
    } catch {
      // It does not fit this supergraph; whoever asks will hear why.
    }
  }
}
