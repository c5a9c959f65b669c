/** A citizen at her account pages. */
import type { TestCitizen } from "./citizens.ts";
import type { TestIdentity } from "./identity.ts";
import { createUserAgent, type Page, type UserAgent } from "./user-agent.ts";

/** Opens an account page in a new browser and signs in on the way. */
export async function signInToAccount(
  { issuer }: TestIdentity,
  citizen: TestCitizen,
  path = "/account",
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly agent: UserAgent; readonly page: Page }> {
  const agent = createUserAgent(issuer, headers);
  const door = await agent.open(`${issuer}${path}`);
  const page = await agent.submit(door, { login: citizen.residentId, password: citizen.password });
  return { agent, page };
}
