/** One run of an operation: what is sent to subgraphs, and where their answers go. */
import { errorCatalogue } from "../../trust/errors.ts";
import type { Errand } from "../admission/admit.ts";
import type { Boundary, SubgraphAnswer, SubgraphError, SubgraphRequest } from "../boundary/boundary.ts";
import type { Variables } from "../operation/operation.ts";
import type { RequestTemplate } from "./calls.ts";
import type { CompiledCall, CompiledPlan } from "./compiled-plan.ts";
import { contextGroups } from "./contexts.ts";
import { Wanted } from "./entities.ts";
import { Freshness } from "./freshness.ts";
import { placesAt } from "./places.ts";
import type { Fetch } from "./plan-graph.ts";
import { Problems } from "./problems.ts";
import { Schedule } from "./schedule.ts";
import { isTree, type ResponsePath, type Tree, valuesAt } from "./tree.ts";
import type { VisiblePath } from "./visible-path.ts";
import { allHold } from "./write/guards.ts";

/** For whom and through what a plan runs. */
export interface RunContext {
  readonly variables: Variables;
  readonly errand: Errand;
  readonly boundary: Boundary;
}

/** Most paths that are named for what one call has lost. */
const maxLostPaths = 50;

export class Run {
  readonly data: Tree = {};
  readonly problems: Problems;
  readonly freshness = new Freshness();
  /** Whether it is known that no string in `data` holds a character that JSON text must escape. */
  plain = true;
  /** By the index of a list of entities: whether something of it stands in several places. */
  readonly shared: boolean[] = [];
  readonly #plan: CompiledPlan;
  readonly #context: RunContext;
  readonly #schedule: Schedule;
  /** By the index of a path: the objects there, once they were looked for. */
  readonly #objects: (readonly Tree[] | undefined)[] = [];

  /**
   * @param visible cuts the path of an error to what the caller knows
   * @param onDone hears of each fetch once, when its data is there, lost or not wanted
   */
  constructor(plan: CompiledPlan, context: RunContext, visible: VisiblePath, onDone: (fetch: Fetch) => void) {
    this.#plan = plan;
    this.#context = context;
    this.problems = new Problems(visible);
    this.#schedule = new Schedule({
      plan,
      active: ({ conditions }) => allHold(conditions, context.variables),
      send: (call, fetches) => this.#send(call, fetches)?.catch((error) => this.#fail(call, error)),
      onDone,
    });
  }

  /** Starts the fetches. The event of a subscription is there already. */
  start(event?: SubgraphAnswer): void {
    const [first] = this.#plan.fetches;
    if (event) this.plain = event.plain === true;
    if (event && first) this.#absorbRoot(first, event);
    this.#schedule.start();
  }

  /** The log of the request. */
  get log(): Errand["log"] {
    return this.#context.errand.log;
  }

  /** Sends nothing more. */
  stop(): void {
    this.#schedule.stop();
  }

  #send(call: CompiledCall, fetches: readonly Fetch[]): Promise<void> | undefined {
    const [fetch] = fetches;
    if (!fetch) return undefined;
    if (call.lists.length === 0) return this.#fetchRoot(call, fetch);
    if (fetch.contextRewrites.length > 0) return this.#fetchInContext(call, fetch);
    return this.#fetchEntities(call, this.#collect(call, fetches), "");
  }

  #fetchRoot(call: CompiledCall, fetch: Fetch): Promise<void> | undefined {
    if (fetch.path.length > 0 && valuesAt(this.data, fetch.path).length === 0) return undefined;
    const request = this.#request(call.template([]), "", []);
    return this.#call(call, request).then((answer) => this.#absorbRoot(fetch, answer));
  }

  async #fetchInContext(call: CompiledCall, fetch: Fetch): Promise<void> {
    const groups = contextGroups(this.data, fetch, this.#plan.conditions);
    await Promise.all(
      groups.map(({ objects, variables }) =>
        this.#fetchEntities(call, this.#collect(call, [fetch], objects), variables),
      ),
    );
  }

  #collect(call: CompiledCall, fetches: readonly Fetch[], only?: ReadonlySet<unknown>): readonly Wanted[] {
    return call.lists.map((list) => {
      const wanted = new Wanted(list, only);
      for (const fetch of list.fetches) if (fetches.includes(fetch)) this.#collectAt(wanted, fetch);
      if (wanted.shared) this.shared[list.index] = true;
      return wanted;
    });
  }

  /** The objects at a path are looked for once, until something is put along the way. */
  #collectAt(wanted: Wanted, { index }: Fetch): void {
    const { paths, intern } = this.#plan;
    const path = paths.of[index];
    if (!path) return;
    const known = this.#objects[path.index];
    if (known) wanted.add(known);
    else {
      const { objects, interned } = wanted.find(this.data, path, this.shared, intern);
      this.#objects[path.index] = objects;
      if (interned) this.shared[wanted.list.index] = true;
    }
  }

  #forgetObjects(fetches: readonly Fetch[]): void {
    const { reshaped } = this.#plan.paths;
    for (const { index } of fetches) for (const path of reshaped[index] ?? []) this.#objects[path.index] = undefined;
  }

  /** Asks for entities; undefined when there are none to ask for. */
  #fetchEntities(
    call: CompiledCall,
    collected: readonly Wanted[],
    contextVariables: string,
  ): Promise<void> | undefined {
    const wanted = collected.filter(({ representations }) => representations.length > 0);
    if (wanted.length === 0) return undefined;
    const template = call.template(wanted.map(({ list }) => list));
    const entities = template.names.map((name, index) => ({
      ...name,
      representations: wanted[index]?.representations ?? [],
    }));
    return this.#call(call, this.#request(template, contextVariables, entities)).then((answer) =>
      this.#absorbEntities(call, wanted, template, answer),
    );
  }

  #request(
    { kind, query, queryJson, variableUsages }: RequestTemplate,
    contextVariables: string,
    entities: SubgraphRequest["entities"],
  ): SubgraphRequest {
    const own = variablesText(variableUsages, this.#context.variables);
    const variables = own !== "" && contextVariables !== "" ? `${own},${contextVariables}` : own + contextVariables;
    return { kind, query, queryJson, variables, entities };
  }

  async #call(call: CompiledCall, request: SubgraphRequest): Promise<SubgraphAnswer> {
    const answer = await this.#context.boundary.call(call.subgraph, request, this.#context.errand);
    this.freshness.add(answer);
    if (!answer.plain) this.plain = false;
    return answer;
  }

  #absorbRoot(fetch: Fetch, { data, errors }: SubgraphAnswer): void {
    const root = this.#plan.roots[fetch.index];
    if (!root) return;
    if (data) {
      this.#forgetObjects([fetch]);
      root.rewrite?.(data);
      for (const target of valuesAt(this.data, fetch.path)) if (isTree(target)) root.merge(target, data);
    }
    const places = errors.length === 0 ? [] : placesAt(this.data, fetch.path).map(({ path }) => path);
    const lost = places.flatMap((place) => root.names.map((name) => [...place, name]));
    for (const error of errors) {
      const { path } = error;
      this.#report(fetch, error, path ? places.map((place) => [...place, ...path]) : data ? undefined : lost);
    }
  }

  #absorbEntities(
    call: CompiledCall,
    wanted: readonly Wanted[],
    { names }: RequestTemplate,
    { data, errors }: SubgraphAnswer,
  ): void {
    this.#forgetObjects(call.fetches);
    for (const [index, each] of wanted.entries()) {
      const entities = data?.[names[index]?.responseName ?? ""];
      if (Array.isArray(entities)) each.merge(entities);
    }
    for (const error of errors) {
      const [list, entity, ...rest] = error.path ?? [];
      const about = wanted.find((_, index) => names[index]?.responseName === list);
      const places =
        about && typeof entity === "number" ? about.placesOf(this.data, entity, rest) : this.#lost(wanted, about, data);
      this.#report(call.fetches[0], error, places);
    }
  }

  /** An error about no single entity: everything is lost by it, or nobody knows what. */
  #lost(wanted: readonly Wanted[], about: Wanted | undefined, data: SubgraphAnswer["data"]) {
    if (data !== null && !about) return undefined;
    return (about ? [about] : wanted).flatMap((each) => each.lostPlaces(this.data));
  }

  /** What comes back was checked; should it still break something here, the caller hears of it. */
  #fail({ subgraph, fetches: [fetch] }: CompiledCall, error: unknown): void {
    this.#context.errand.log.error({ subgraph, err: error }, "an answer of a subgraph could not be taken in");
    const { message } = errorCatalogue.INTERNAL_SERVER_ERROR;
    this.#report(fetch, { code: "INTERNAL_SERVER_ERROR", message }, undefined);
  }

  #report(fetch: Fetch, error: SubgraphError, places: readonly ResponsePath[] | undefined): void {
    const { part } = fetch;
    const where = places?.slice(0, maxLostPaths) ?? [undefined];
    for (const path of where) this.problems.add({ ...error, path, part });
  }
}

/** The members of a JSON object that holds the named variables, as far as they have values. */
export function variablesText(names: readonly string[], variables: Variables): string {
  let text = "";
  for (const name of names) {
    const value = variables[name];
    if (value !== undefined) text += `${text === "" ? "" : ","}"${name}":${JSON.stringify(value)}`;
  }
  return text;
}
