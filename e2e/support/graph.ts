/** Speaks to the graph and to the subgraphs as a program does. */
import { authorize, type Credentials } from "../../city/client/credentials.ts";
import { type City, command } from "./city.ts";

export interface GraphAnswer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

type CityAddress = Omit<City, "stop">;

/** Posts a query with credentials and a fresh proof; without any when they are undefined. */
export async function ask(
  url: string,
  query: string,
  credentials?: Credentials,
  headers: HeadersInit = {},
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...(credentials && (await authorize(credentials, "POST", url))),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** The codes of an answer's errors. */
export function codesOf({ errors = [] }: GraphAnswer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** The right to ask in a citizen's name, by the README's command. */
export async function credentialsOf(city: CityAddress, citizen: string): Promise<Credentials> {
  const { stdout, code } = await command(city, "token", "--citizen", citizen, "--json");
  if (code !== 0) throw new Error(stdout);
  return JSON.parse(stdout) as Credentials;
}
