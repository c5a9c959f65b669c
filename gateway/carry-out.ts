/** From a GraphQL request to what comes of it: the stations that are the same for every transport. */
import { HuiminError } from "../trust/errors.ts";
import { type Admission, type Errand, requireCaller } from "./admission/admit.ts";
import { errorsOf, type WrittenAnswer } from "./answer.ts";
import type { Border } from "./boundary/border.ts";
import type { Boundary } from "./boundary/boundary.ts";
import { createShare } from "./boundary/in-flight.ts";
import { requestKey } from "./boundary/shared-requests.ts";
import { introspect } from "./execution/introspection.ts";
import type { Program } from "./execution/program.ts";
import type { Documents, FoundRequest } from "./http/documents.ts";
import { type TextStream, textStream } from "./http/stream.ts";
import type { Carries, CarryOut, Outcome } from "./live/outcome.ts";
import type { Session } from "./live/session.ts";
import type { LiveOperation } from "./live/source.ts";
import type { Subscriptions } from "./live/subscriptions.ts";
import { requireAffordable } from "./operation/cost.ts";
import { type CompiledOperation, readVariables, type Variables } from "./operation/operation.ts";
import type { Generation } from "./supergraph/generation.ts";
import type { Generations } from "./supergraph/generations.ts";

/** A supergraph with the way to its subgraphs. */
export interface ExecutableGeneration extends Generation {
  readonly boundary: Boundary;
}

export interface CarryOutParts {
  readonly generations: Pick<Generations<ExecutableGeneration>, "use" | "current">;
  readonly documents: Documents;
  readonly subscriptions: Subscriptions;
  /** Most that an operation may be estimated to cost; anything unless given. */
  readonly maxCost?: number;
}

/** An operation that may run, with its variables. */
interface Ready {
  readonly request: FoundRequest["request"];
  readonly operation: CompiledOperation;
  readonly variables: Variables;
}

/** Puts the stations in a row. */
export function createCarryOut({ generations, documents, subscriptions, maxCost = Infinity }: CarryOutParts): CarryOut {
  const share = createShare<WrittenAnswer>();
  const makeReady = (generation: Generation, { request, fits }: FoundRequest, admission: Admission): Ready => {
    const { admitted, border } = admission;
    const operation = generation.compile(request, admitted);
    fits?.();
    requireCaller(admitted, operation);
    const given = readVariables(operation, request.variables);
    // Only now: what is wrong with a variable is said in the words in which it came.
    const variables = border ? comingIn(given, border) : given;
    requireAffordable(operation.cost, variables, maxCost);
    return { request, operation, variables };
  };
  const prepareLive = async (found: FoundRequest, session: Session): Promise<LiveOperation> => {
    const generation = generations.current();
    const { operation, variables } = makeReady(generation, found, session.admission);
    const { source } = (await operation.planned(session.admission.admitted)).program;
    if (!source) throw new HuiminError("GRAPHQL_VALIDATION_FAILED", { message: "A subscription must ask for data." });
    return { source, variables, boundary: generation.boundary, supergraph: generation.supergraph };
  };
  const run = async (generation: ExecutableGeneration, ready: Ready, errand: Errand, carries: Carries) => {
    const { request, operation, variables } = ready;
    if (!operation.readsData) return whole(introspect(operation, variables));
    const { program } = await operation.planned(errand.admitted);
    if (program.incremental && carries.parts) return inParts(program, variables, errand, generation.boundary);
    const execute = () => program.execute(variables, errand, generation.boundary);
    const isQuery = operation.definition.operation === "query";
    const key = isQuery ? requestKey({ generation: generation.id, request, admission: errand }) : undefined;
    const answer = key === undefined ? await execute() : await share(key, execute);
    return { outcome: { kind: "whole", answer } } as const;
  };
  const carryOut: CarryOut = async (written, session, carries, log) => {
    const found = await documents.find(written, log);
    const outcome = Promise.withResolvers<Outcome>();
    const work = generations.use(async (generation) => {
      const ready = makeReady(generation, found, session.admission);
      if (ready.operation.definition.operation === "subscription") {
        requireLive(carries);
        const texts = await subscriptions.start(() => prepareLive(found, session), session, log);
        return outcome.resolve({ kind: "live", texts });
      }
      const started = await run(generation, ready, { ...session.admission, log }, carries);
      outcome.resolve(started.outcome);
      // The supergraph is kept whole until the last part is out.
      if ("ended" in started) await started.ended;
    });
    work.catch(outcome.reject);
    return await outcome.promise;
  };
  return async (written, session, carries, log) => {
    const outcome = await carryOut(written, session, carries, log);
    return session.admission.border ? goingOut(outcome, session) : outcome;
  };
}

/** Values of a client that knows citizens by other names. */
function comingIn(variables: Variables, border: Border): Variables {
  return JSON.parse(border.inward(JSON.stringify(variables)));
}

/** Answers for such a client; each as its session knows people at the moment. */
function goingOut(outcome: Outcome, { admission }: Session): Outcome {
  const rename = (text: string) => admission.border?.outward(text) ?? text;
  if (outcome.kind === "whole")
    return { kind: "whole", answer: { ...outcome.answer, body: rename(outcome.answer.body) } };
  const { texts } = outcome;
  return {
    kind: outcome.kind,
    texts: {
      next: async () => {
        const { done, value } = await texts.next();
        return done ? { done, value } : { done: false, value: rename(value) };
      },
      return: () => texts.return(),
    },
  };
}

function requireLive({ live }: Carries): void {
  if (live) return;
  throw new HuiminError("NOT_ACCEPTABLE", {
    message: "Subscriptions are answered as text/event-stream, or over WebSocket.",
  });
}

function whole(answer: object): { readonly outcome: Outcome } {
  return { outcome: { kind: "whole", answer: { body: JSON.stringify(answer) } } };
}

function inParts(program: Program, variables: Variables, errand: Errand, boundary: Boundary) {
  const ended = Promise.withResolvers<void>();
  const parts = async function* () {
    try {
      yield* program.executeIncrementally(variables, errand, boundary);
    } catch (error) {
      errand.log.error({ err: error }, "an answer in parts broke off");
      yield JSON.stringify({ errors: errorsOf(error), hasNext: false });
    } finally {
      ended.resolve();
    }
  };
  const texts: TextStream = textStream((left) => {
    // A reader may leave before the first part was asked for; then nothing of the generator ever runs.
    left.addEventListener("abort", () => ended.resolve(), { once: true });
    return parts();
  });
  return { outcome: { kind: "parts", texts }, ended: ended.promise } as const;
}
