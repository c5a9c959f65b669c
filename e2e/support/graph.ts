/** Speaks to the graph and to the subgraphs as a program does. */
import { type City, command } from "./city.ts";

export interface GraphAnswer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

type CityAddress = Omit<City, "stop">;

/** Posts a query with a bearer token; without one when `token` is undefined. */
export async function ask(url: string, query: string, token?: string, headers: HeadersInit = {}): Promise<GraphAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

/** The codes of an answer's errors. */
export function codesOf({ errors = [] }: GraphAnswer): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

/** An access token by the README's command. */
export async function accessToken(city: CityAddress, citizen: string): Promise<string> {
  const { stdout, code } = await command(city, "token", "--citizen", citizen, "--json");
  if (code !== 0) throw new Error(stdout);
  return (JSON.parse(stdout) as { accessToken: string }).accessToken;
}
