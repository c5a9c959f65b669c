/**
 * A subgraph as a function from request body to answer body. graphql-js executes whatever is valid;
 * since the data never changes, an answer is kept and the same request costs next to nothing again:
 * what is measured are the gateways, not their subgraphs.
 */
import { buildSubgraphSchema, type GraphQLResolverMap } from "@apollo/subgraph";
import { type DocumentNode, execute, type GraphQLSchema, parse, validate } from "graphql";

interface GraphQLBody {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

const keptAnswers = 5_000;

/** Answers GraphQL requests; refusals are answers as well. */
export function createSubgraph(
  typeDefs: DocumentNode,
  resolvers: GraphQLResolverMap<unknown>,
): (body: string) => Promise<Buffer> {
  const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
  const answers = new Map<string, Promise<Buffer>>();
  return (body) => {
    const kept = answers.get(body);
    if (kept) return kept;
    const answer = answerOf(schema, body);
    if (answers.size >= keptAnswers) answers.clear();
    answers.set(body, answer);
    return answer;
  };
}

async function answerOf(schema: GraphQLSchema, body: string): Promise<Buffer> {
  const { query, variables, operationName } = JSON.parse(body) as GraphQLBody;
  const document = parse(query);
  const errors = validate(schema, document);
  const answer =
    errors.length > 0
      ? { errors }
      : await execute({ schema, document, variableValues: variables ?? null, operationName: operationName ?? null });
  return Buffer.from(JSON.stringify(answer));
}
