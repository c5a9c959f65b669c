/** From a GraphQL request to what comes of it: the stations that are the same for every transport. */
import { joinChallenges } from "../trust/assurance.ts";
import { type ErrorCode, HuiminError } from "../trust/errors.ts";
import type { Read } from "../trust/reads.ts";
import { type Admission, type Admitted, type Errand, type RequestLog, requireCaller } from "./admission/admit.ts";
import { requireNameable, requireNamesInVariables } from "./admission/may-name.ts";
import type { Revocations } from "./admission/revocations.ts";
import { type AnswerError, answerError, errorsOf, RequestRefused, type WrittenAnswer } from "./answer.ts";
import type { ClientBorder } from "./boundary/border.ts";
import type { Boundary } from "./boundary/boundary.ts";
import { createShare } from "./boundary/in-flight.ts";
import { requestKey } from "./boundary/shared-requests.ts";
import { introspect } from "./execution/introspection.ts";
import type { SubscriptionSource } from "./execution/program.ts";
import { type Documents, type FoundRequest, notFound } from "./http/documents.ts";
import { type TextStream, textStream } from "./http/stream.ts";
import { delegatesRead, readForPurpose, withRead } from "./ledger/reads.ts";
import type { RecordRead } from "./ledger/record.ts";
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
  /** Says who may not read what is left of an answer in parts; anybody may unless given. */
  readonly revocations?: Pick<Revocations, "refusalOf">;
  /** Most that an operation may be estimated to cost; anything unless given. */
  readonly maxCost?: number;
  /** Records reads by anybody but the citizen; without it nobody else reads her. */
  readonly recordRead?: RecordRead;
  /** Whether a request is refused as a whole when a field of it is; else that field is null. */
  readonly rejectsRefused?: boolean;
}

/** An operation that may run, with its variables. */
interface Ready {
  readonly request: FoundRequest["request"];
  readonly operation: CompiledOperation;
  readonly variables: Variables;
  /** What must be recorded of a caseworker before it runs. */
  readonly read: Read | undefined;
}

/** Puts the stations in a row. */
export function createCarryOut(parts: CarryOutParts): CarryOut {
  const { generations, documents, subscriptions, revocations, maxCost = Infinity, rejectsRefused = false } = parts;
  const { recordRead = recordNowhere } = parts;
  const share = createShare<WrittenAnswer>();
  const makeReady = (generation: Generation, found: FoundRequest, admission: Admission): Ready => {
    const { request, fits } = found;
    const { admitted, border } = admission;
    const operation = compileFound(generation, found, admitted);
    fits?.();
    requireCaller(admitted, operation);
    if (border) requireNamesInVariables(operation.named);
    const given = readVariables(operation, request.variables);
    // Only now: what is wrong with a variable is said in the words in which it came.
    const variables = border ? comingIn(given, border) : given;
    requireNameable(admitted, operation.named, variables);
    requireAffordable(operation.cost, variables, maxCost);
    const read = operation.readsData ? readForPurpose({ admitted, operation, variables }) : undefined;
    return { request, operation, variables, read };
  };
  const recorded = async <Asking extends Errand>(asking: Asking, read: Read | undefined): Promise<Asking> => {
    if (!read) return asking;
    await recordRead(read);
    return { ...asking, admitted: withRead(asking.admitted, read) };
  };
  const prepareLive = async (found: FoundRequest, session: Session, log: RequestLog): Promise<LiveOperation> => {
    const generation = generations.current();
    const { operation, variables } = makeReady(generation, found, session.admission);
    const { source, kinds } = await sourceFor(operation, session.admission.admitted, rejectsRefused);
    await recorded({ ...session.admission, log }, delegatesRead(session.admission.admitted, kinds));
    // What she may read can change while she listens: a sign-in grows old. Each event is a read of its own.
    const answer: SubscriptionSource["answer"] = async (event, given, errand, boundary) => {
      const now = await sourceFor(operation, errand.admitted, rejectsRefused);
      const asking = await recorded(errand, delegatesRead(errand.admitted, now.kinds));
      return await now.source.answer(event, given, asking, boundary);
    };
    return {
      source: { ...source, answer },
      variables,
      boundary: generation.boundary,
      supergraph: generation.supergraph,
    };
  };
  const run = async (generation: ExecutableGeneration, ready: Ready, asking: Errand & Admission, carries: Carries) => {
    const { request, operation, variables } = ready;
    if (!operation.readsData) return whole(introspect(operation, variables));
    const { program, refusal, kinds } = await operation.planned(asking.admitted);
    if (refusal && rejectsRefused) throw new HuiminError(refusal.code, refusal);
    const read = ready.read ?? delegatesRead(asking.admitted, kinds);
    const errand = await recorded(asking, read);
    if (program.incremental && carries.parts) {
      const parts = program.executeIncrementally(variables, errand, generation.boundary);
      return inParts(parts, errand.log, () => revocations?.refusalOf(errand));
    }
    const execute = () => program.execute(variables, errand, generation.boundary);
    const isQuery = operation.definition.operation === "query";
    const key = isQuery ? requestKey({ generation: generation.id, request, admission: errand }) : undefined;
    const { cacheability, challenge, ...answer } = key === undefined ? await execute() : await share(key, execute);
    // A copy on the way could be read again unrecorded, or when the sign-in has grown too old for it.
    const mayBeKept = cacheability && !read && !operation.growsOld;
    const kept = mayBeKept ? { ...answer, cacheability } : answer;
    return {
      outcome: { kind: "whole", answer: kept, challenge: joinChallenges([refusal?.challenge, challenge]) },
    } as const;
  };
  const carryOut: CarryOut = async (written, session, carries, log) => {
    const found = await documents.find(written, log);
    const outcome = Promise.withResolvers<Outcome>();
    const work = generations.use(async (generation) => {
      const ready = makeReady(generation, found, session.admission);
      if (ready.operation.definition.operation === "subscription") {
        requireLive(carries);
        const texts = await subscriptions.start(() => prepareLive(found, session, log), session, log);
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

/** A document that she only named may speak of what her contract hides: to her it is not there. */
function compileFound(generation: Generation, { request, byName }: FoundRequest, admitted: Admitted) {
  try {
    return generation.compile(request, admitted);
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    if (byName) throw notFound();
    throw isForgotten(error, generation, admitted) ? error.with(answerError("UNAUTHENTICATED", publicPartOnly)) : error;
  }
}

const publicPartOnly =
  "Nobody is signed in, so the operation was held against the public part of the graph. Send an access token.";

/** Whether a forgotten token may be what is wrong: nobody is signed in, and some see more than she does. */
function isForgotten({ errors: [first] }: RequestRefused, generation: Generation, admitted: Admitted): boolean {
  const isOfSchema = first?.extensions.code === "GRAPHQL_VALIDATION_FAILED";
  return isOfSchema && admitted.kind === "anonymous" && generation.isPartial(admitted);
}

const recordNowhere: RecordRead = async () => {
  throw new HuiminError("READ_NOT_RECORDED");
};

/** Values of a client that knows citizens by other names. */
function comingIn(variables: Variables, border: ClientBorder): Variables {
  return JSON.parse(border.inward(JSON.stringify(variables)));
}

/** Answers for such a client; each as its session knows people at the moment. */
function goingOut(outcome: Outcome, { admission }: Session): Outcome {
  const rename = (text: string) => admission.border?.outward(text) ?? text;
  if (outcome.kind === "whole") {
    return { ...outcome, answer: { ...outcome.answer, body: rename(outcome.answer.body) } };
  }
  const { kind, texts } = outcome;
  const next = async (): Promise<IteratorResult<string, void>> => {
    const { done, value } = await texts.next();
    if (done) return { done, value };
    try {
      return { done: false, value: rename(value) };
    } catch (error) {
      await texts.return();
      return {
        done: false,
        value: JSON.stringify({ errors: errorsOf(error), ...(kind === "parts" && { hasNext: false }) }),
      };
    }
  };
  return { kind, texts: { next, return: () => texts.return() } };
}

/** Where the events of a subscription come from for somebody, and what kinds of personal data are in them. */
async function sourceFor(operation: CompiledOperation, admitted: Admitted, rejectsRefused: boolean) {
  const { program, refusal, kinds } = await operation.planned(admitted);
  const { source } = program;
  if (source && !(refusal && rejectsRefused)) return { source, kinds };
  if (refusal) throw new HuiminError(refusal.code, refusal);
  throw new HuiminError("GRAPHQL_VALIDATION_FAILED", { message: "A subscription must ask for data." });
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

/**
 * An answer in parts. What becomes of the right to read it is looked at before each part goes out.
 *
 * @param refusalOf why no more of it may be read
 */
function inParts(texts: AsyncGenerator<string, void, void>, log: RequestLog, refusalOf: () => ErrorCode | undefined) {
  const ended = Promise.withResolvers<void>();
  const last = (errors: readonly AnswerError[]) => JSON.stringify({ errors, hasNext: false });
  const parts = async function* (): AsyncGenerator<string, void, void> {
    try {
      for await (const text of texts) {
        const refusal = refusalOf();
        yield refusal ? last([answerError(refusal)]) : text;
        if (refusal) return;
      }
    } catch (error) {
      log.error({ err: error }, "an answer in parts broke off");
      yield last(errorsOf(error));
    } finally {
      ended.resolve();
    }
  };
  const stream: TextStream = textStream((left) => {
    // A reader may leave before the first part was asked for; then nothing of the generator ever runs.
    left.addEventListener("abort", () => ended.resolve(), { once: true });
    return parts();
  });
  return { outcome: { kind: "parts", texts: stream }, ended: ended.promise } as const;
}
