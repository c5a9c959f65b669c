/** People at the clients of a company that has joined (`foundCompany`), and what the graph answers these clients. */
import * as oidc from "openid-client";
import type { Browser, Page } from "playwright-core";
import { addVirtualAuthenticator } from "../../platform/test/browser.ts";
import { type Connection, finishSignIn, startSignIn } from "../examples/fapi2.ts";
import type { City } from "./city.ts";
import type { Company } from "./company.ts";
import type { GraphAnswer } from "./graph.ts";
import { type DemoName, demoCitizen, fillSignIn } from "./sign-in.ts";

type Addresses = Pick<City, "identity" | "graph">;

/** Signs a demo citizen in to the company's application, and gives it all that it asks for. */
export async function signInAtApp(
  page: Page,
  { identity }: Addresses,
  { origin }: Company,
  app: Connection,
  name: DemoName,
  right: Record<string, string>,
) {
  const { url, checks } = await startSignIn(app, { redirect_uri: `${origin}/callback`, ...right });
  await page.goto(url.href);
  await fillSignIn(page, demoCitizen(name).residentId);
  await page.waitForURL((at) => at.origin === origin || at.pathname.startsWith("/interaction/"));
  if (page.url().startsWith(identity)) await page.click("button[value=allow]");
  await page.waitForURL(`${origin}/callback?*`);
  return await finishSignIn(app, new URL(page.url()), checks);
}

/** A caseworker registers a passkey by the code that she was handed, and signs in with it. @returns her access token */
export async function signInAtDesk(
  browser: Browser,
  { identity, graph }: Addresses,
  { origin }: Company,
  desk: Connection,
  code: string,
): Promise<string> {
  const passkeyButton = "form[data-passkey] button";
  const context = await browser.newContext({ locale: "en" });
  const page = await context.newPage();
  await addVirtualAuthenticator(page);
  await page.goto(`${identity}/staff/enrol`);
  await page.fill("input[name=code]", code);
  await page.click("main button[type=submit]");
  await page.click(passkeyButton);
  await page.waitForSelector("h1:has-text('Your passkey is registered')");
  const scope = "openid citizen:read pension:read health:read";
  const { url, checks } = await startSignIn(desk, { redirect_uri: `${origin}/desk`, scope, resource: graph });
  await page.goto(url.href);
  await page.click(passkeyButton);
  await page.waitForURL(`${origin}/desk?code=*`);
  const tokens = await finishSignIn(desk, new URL(page.url()), checks);
  await context.close();
  return tokens.access_token;
}

/** What the graph answers a client with a token; for a purpose when one is stated. */
export async function askThrough(
  { configuration, proofs }: Connection,
  { graph }: Pick<City, "graph">,
  token: string,
  query: string,
  purpose?: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphAnswer> {
  const headers = new Headers({ "content-type": "application/json", accept: "application/graphql-response+json" });
  if (purpose !== undefined) headers.set("huimin-purpose", purpose);
  const body = JSON.stringify({ query, variables });
  const url = new URL(graph);
  const response = await oidc.fetchProtectedResource(configuration, token, url, "POST", body, headers, proofs);
  return { status: response.status, ...((await response.json()) as object) };
}
