/** Giving, accepting and ending delegations at the account pages. */
import type { Database } from "../../../platform/postgres.ts";
import { signInToAccount } from "./account.ts";
import type { TestCitizen } from "./citizens.ts";
import type { TestIdentity } from "./identity.ts";
import type { Page, UserAgent } from "./user-agent.ts";

/** A browser in which a citizen is signed in at level 2, at her delegations. */
export async function atDelegations(
  identity: TestIdentity,
  citizen: TestCitizen,
): Promise<{ readonly agent: UserAgent; readonly page: Page }> {
  const { agent } = await signInToAccount(identity, citizen);
  await raiseSessions(identity.database, citizen);
  return { agent, page: await agent.open(`${identity.issuer}/account/delegations`) };
}

/** Writes level 2 into the sessions of a citizen, as a second factor would have. */
export async function raiseSessions(database: Database, { citizenId }: TestCitizen): Promise<void> {
  await database.query(
    `UPDATE oidc_artefact SET payload = jsonb_set(payload, '{acr}', '"urn:huimin:loa:2"')
     WHERE model = 'Session' AND payload ->> 'accountId' = $1`,
    [citizenId],
  );
}

export interface Giving {
  readonly name: string;
  readonly residentId: string;
  readonly scopes?: string;
  readonly lastDay?: string;
}

/** Fills in and sends the form with which `agent` lets somebody act. */
export async function give(
  { issuer }: TestIdentity,
  agent: UserAgent,
  { name, residentId, lastDay = dayFromNow(100), scopes = "health:read" }: Giving,
  company?: string,
): Promise<Page> {
  const query = company === undefined ? "" : `?for=${company}`;
  const form = await agent.open(`${issuer}/account/delegations/give${query}`);
  return await agent.submit(form, { name, residentId, ...(company === undefined && { scopes }), lastDay });
}

export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/** The IDs that a page's buttons send to an address. */
export function offeredAt(page: Page, address: string): string[] {
  const forms = [...page.text.matchAll(/<form\b[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)];
  return forms
    .filter(([, action]) => action === address)
    .flatMap(([, , body]) => /name="delegation" value="([^"]*)"/.exec(body ?? "")?.[1] ?? []);
}
