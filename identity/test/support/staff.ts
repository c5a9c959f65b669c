/** Caseworkers: invited by the operator's command, with passkeys in a real browser. */
import * as oidc from "openid-client";
import type { Page } from "playwright-core";
import { addVirtualAuthenticator, type Browser } from "../../../platform/test/browser.ts";
import { runStaffCommand } from "../../staff/command.ts";
import { depart, proofs, type Request, type TestClient } from "./client.ts";
import type { TestIdentity } from "./identity.ts";

/** Makes a caseworker; `code` is what she enrols with. */
export async function inviteStaff(
  identity: TestIdentity,
  role = "caseworker",
): Promise<{ readonly staffId: string; readonly code: string }> {
  const words = ["invite", "--department", "health", "--role", role, "--name", "李明"];
  const lines = await runStaffCommand(words, identity.database, identity.issuer);
  const after = (label: string) =>
    lines
      .find((line) => line.startsWith(label))
      ?.slice(label.length)
      .trim() ?? "";
  return { staffId: after("staff ID"), code: after("code") };
}

/** A page of a browser of its own, with an authenticator. */
export async function openPageWithPasskeys(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: "en" });
  const page = await context.newPage();
  await addVirtualAuthenticator(page);
  return page;
}

/** Registers a passkey with an enrolment code. */
export async function enrolStaff({ issuer }: TestIdentity, page: Page, code: string): Promise<void> {
  await page.goto(`${issuer}/staff/enrol`);
  await page.fill("input[name=code]", code);
  await page.click("main button[type=submit]");
  await page.click("form[data-passkey] button");
  await page.waitForSelector("h1:has-text('Your passkey is registered')");
}

/** Signs the caseworker of a browser in to a client for staff. */
export async function signInStaff(
  identity: TestIdentity,
  client: TestClient,
  page: Page,
  parameters: Request["parameters"] = {},
) {
  const { url, checks } = await depart(identity, client, parameters);
  await page.goto(url.href);
  if (!page.url().startsWith(client.redirectUri)) {
    await page.click("form[data-passkey] button");
    await page.waitForURL(`${client.redirectUri}?**`);
  }
  return await oidc.authorizationCodeGrant(client.configuration, new URL(page.url()), checks, {}, proofs(client));
}
