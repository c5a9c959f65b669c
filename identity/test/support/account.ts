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

/** The same, with all her sign-ins an hour old. */
export async function signInLongAgo(
  identity: TestIdentity,
  citizen: TestCitizen,
): Promise<{ readonly agent: UserAgent; readonly page: Page }> {
  const visit = await signInToAccount(identity, citizen);
  await identity.database.query(
    `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{loginTs}', to_jsonb((payload ->> 'loginTs')::bigint - 3600))
     WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
    [citizen.citizenId],
  );
  return visit;
}
