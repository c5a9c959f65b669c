/** A boundary to the subgraphs of a fixture within this process: everything is text on the way, as over HTTP. */
import { GraphQLError, parse } from "graphql";
import { checkAnswer } from "../../boundary/answer-check.ts";
import { type Boundary, requestBody, type SubgraphAnswer, type SubgraphRequest } from "../../boundary/boundary.ts";
import type { Faults } from "./faults.ts";
import { type Fixture, type Run, subgraph } from "./fixture.ts";

/** A call as the subgraph read it. */
export interface SeenCall {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface FixtureBoundary extends Boundary {
  readonly calls: readonly SeenCall[];
}

/** What a test may change about a boundary. */
export interface BoundaryOptions {
  readonly faults?: Faults;
  /** Subgraphs that do not answer at all. */
  readonly down?: ReadonlySet<string>;
}

/** Makes boundaries to one fixture; its subgraphs are built once. */
export function fixtureBoundaries(fixture: Fixture): (options?: BoundaryOptions) => FixtureBoundary {
  const subgraphs = new Map(Object.keys(fixture.subgraphs).map((name) => [name, subgraph(fixture, name)]));
  return ({ faults, down } = {}) => {
    const calls: SeenCall[] = [];
    return {
      calls,
      async call(name, request) {
        const run = subgraphs.get(name);
        if (!run || down?.has(name)) return unavailable;
        const { query, variables } = JSON.parse(requestBody(request));
        calls.push({ subgraph: name, query, variables });
        return answerOf(run, request, { subgraph: name, query, variables }, faults);
      },
      async close() {},
    };
  };
}

const unavailable: SubgraphAnswer = {
  data: null,
  errors: [
    {
      code: "SUBGRAPH_UNAVAILABLE",
      message: "A service that holds this data does not answer right now. Try again later.",
    },
  ],
};

async function answerOf(
  run: Run,
  request: SubgraphRequest,
  { subgraph: name, query, variables }: SeenCall,
  faults: Faults | undefined,
): Promise<SubgraphAnswer> {
  const result = await run(parse(query), variables, faults);
  const refused = result.errors?.find((error) => error instanceof GraphQLError && error.path === undefined);
  if (refused) throw new Error(`${name} refuses ${query}: ${refused.message}`);
  const answer = checkAnswer(JSON.parse(JSON.stringify(result)), request.entities, true);
  if (!answer) throw new Error(`${name} gives no answer to ${query}`);
  return answer;
}
