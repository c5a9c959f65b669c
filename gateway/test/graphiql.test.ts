import type { ConsoleMessage, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Browser, launchBrowser } from "../../platform/test/browser.ts";
import { freePort } from "../../platform/test/ports.ts";
import { eventKinds } from "../../trust/event-token.ts";
import { newCitizenId, startCity, type TestCity } from "./city.ts";
import { type EventKeys, sendEvents, startEventKeys } from "./event-keys.ts";
import { startProvider, type TestProvider } from "./provider.ts";

let browser: Browser;
let provider: TestProvider;
let city: TestCity;
let page: Page;
let requested: string[];
let complaints: string[];
let keys: EventKeys;

beforeAll(async () => {
  const port = await freePort();
  browser = await launchBrowser();
  keys = await startEventKeys();
  const contracts = {
    public: { include: ["public"], clients: ["*"] },
    citizens: { include: ["citizens"], sectors: ["government"] },
  };
  city = await startCity({
    settings: { HUIMIN_EVENT_KEYS: `utilities=${keys.url}`, HUIMIN_CONTRACTS: JSON.stringify(contracts) },
    identity: async (gatewayUrl) => {
      provider = await startProvider(port, gatewayUrl);
      return provider.issuer;
    },
  });
});
afterAll(async () => {
  await browser.close();
  await city.close();
  await provider.close();
  await keys.close();
});

async function open(query = ""): Promise<void> {
  await page.goto(`${city.gatewayUrl}/graphql${query && `?query=${encodeURIComponent(query)}`}`);
  await page.locator(".graphiql-query-editor .view-lines").waitFor();
}

async function signInAs(citizen: string): Promise<void> {
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("input[name=login]").fill(citizen);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/interaction/**");
  await page.locator("button[type=submit]").click();
  await page.waitForURL(`${city.gatewayUrl}/graphql`);
  // The address is tidied before the code is redeemed: whoever leaves in between is not signed in.
  await page.getByText("Signed in").waitFor();
}

function isAskedForNonce(message: ConsoleMessage): boolean {
  const { url } = message.location();
  return ["/request", "/token"].some((path) => url === `${provider.issuer}${path}`) && message.text().includes("400");
}

async function run(query: string): Promise<string> {
  await open(query);
  await page.locator(".graphiql-execute-button").click();
  const answer = page.locator(".result-window .view-lines");
  await expect.poll(() => answer.textContent()).toContain("data");
  return (await answer.textContent())?.replaceAll("\u00a0", " ") ?? "";
}

/** The fields that the documentation explorer names for these types. */
async function documented(...types: readonly string[]): Promise<string[][]> {
  await open();
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  const explorer = page.locator(".graphiql-doc-explorer");
  const fields: string[][] = [];
  for (const type of types) {
    await explorer.locator("a", { hasText: new RegExp(`^${type}$`) }).click();
    await explorer.locator(".graphiql-doc-explorer-title", { hasText: type }).waitFor();
    fields.push(await explorer.locator(".graphiql-doc-explorer-field-name").allTextContents());
    await explorer.getByRole("link", { name: "Go back to Docs" }).click();
  }
  await page.getByRole("button", { name: "Hide Documentation Explorer" }).click();
  return fields;
}

/** What the editor offers for a field of the citizen. */
async function suggested(): Promise<string[]> {
  await open("{ me {  } }");
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < "{ me { ".length; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Control+Space");
  const offers = page.locator(".suggest-widget .monaco-list-row .label-name");
  await offers.first().waitFor();
  return (await offers.allTextContents()).filter((name) => !name.startsWith("__"));
}

describe("GraphiQL", () => {
  beforeEach(async () => {
    requested = [];
    complaints = [];
    const context = await browser.newContext();
    page = await context.newPage();
    page.on("request", (request) => requested.push(request.url()));
    page.on("console", (message) => {
      // The provider's bare pages ask for a font from elsewhere; they are not ours.
      if (message.type() !== "error" || !page.url().startsWith(city.gatewayUrl)) return;
      // Nor is it a fault that identity says with a refusal which nonce it wants to see (RFC 9449, 8).
      if (!isAskedForNonce(message)) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return () => context.close();
  });

  it("is what a browser gets at /graphql, and where / and /graphiql lead", async () => {
    const root = await fetch(city.gatewayUrl, { redirect: "manual" });
    expect(root.headers.get("location")).toBe("/graphql");
    await page.goto(`${city.gatewayUrl}/graphiql`);
    expect(page.url()).toBe(`${city.gatewayUrl}/graphql`);
    await page.locator(".graphiql-query-editor .view-lines").waitFor();
    expect(await page.locator(".graphiql-query-editor").textContent()).toMatch(/Sign.in.above/);
  });

  it("loads nothing from anywhere else and breaks none of its own rules", async () => {
    await open();
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByText("Root Types").waitFor();
    const foreign = requested.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(city.gatewayUrl));
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("shows what everybody may see of the schema, and says that data needs a sign-in", async () => {
    await open();
    expect(await documented("Query", "Citizen")).toEqual([["me"], ["id"]]);
    expect(await suggested()).toEqual(["id"]);
    await open();
    expect(await page.getByRole("status").textContent()).toContain("Not signed in");
    await page.locator(".graphiql-execute-button").click();
    await page.locator(".result-window").getByText("UNAUTHENTICATED").waitFor();
  });

  it("signs a citizen in by the code flow, asks on her behalf, and signs her out at identity", async () => {
    const citizen = newCitizenId();
    await open();
    await signInAs(citizen);
    await page.getByText(`Signed in as Name of ${citizen}; the access token is good for 4:`).waitFor();
    expect(await page.locator(".graphiql-query-editor").textContent()).toContain("Overview");
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("eyJ");
    const [roots, fields] = await documented("Query", "Citizen");
    expect(roots).toEqual(["me", "citizen"]);
    expect(fields).toEqual(expect.arrayContaining(["id", "name", "pension", "waterAccount"]));
    expect(await suggested()).toEqual(expect.arrayContaining(["id", "name", "birthDate"]));
    expect(await run("{ me { amountDue { amount } } }")).toContain('"amount": 1234');

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/session/end**");
    await page.locator("button[type=submit], button[value=yes]").first().click();
    await page.waitForURL(`${city.gatewayUrl}/graphql`);
    expect(await page.getByRole("status").textContent()).toContain("Not signed in");
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(complaints).toEqual([]);
  }, 60_000);

  it("shows the events of a subscription as they come, until it is stopped", async () => {
    const citizen = newCitizenId();
    await open();
    await signInAs(citizen);
    await open("subscription { billIssued { id } }");
    await page.locator(".graphiql-execute-button").click();
    const announce = async (id: string) => {
      const entity = { __typename: "Bill", id };
      const announcement = { field: "billIssued", entity, citizens: [citizen], arguments: { service: "WATER" } };
      await sendEvents(city.gatewayUrl, keys, "utilities", { [eventKinds.announcement]: announcement });
    };
    const shown = () => page.locator(".result-window .view-lines").textContent();
    await expect.poll(() => announce("b-1").then(shown), { interval: 300, timeout: 10_000 }).toContain("b-1");
    await announce("b-2");
    await expect.poll(shown).toContain("b-2");
    const ended = page.waitForEvent("requestfailed");
    await page.locator(".graphiql-execute-button").click();
    await ended;
  }, 60_000);

  it("takes no code that it did not ask for", async () => {
    await page.goto(`${city.gatewayUrl}/graphiql/callback?code=stolen&state=stolen&iss=${provider.issuer}`);
    await page.getByText("That did not work").waitFor();
    expect(page.url()).toBe(`${city.gatewayUrl}/graphql`);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  });

  it("takes no code with another state than it sent, and does not even try to redeem it", async () => {
    await open();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL("**/interaction/**");
    await page.goto(`${city.gatewayUrl}/graphiql/callback?code=stolen&state=stolen&iss=${provider.issuer}`);
    await page.getByText("That did not work").waitFor();
    expect(requested.filter((url) => url.startsWith(`${provider.issuer}/token`))).toEqual([]);
  });
});

describe("the files of the page", () => {
  it("are sent once and then found unchanged", async () => {
    const url = `${city.gatewayUrl}/graphiql/assets/page.js`;
    const first = await fetch(url);
    expect(first.headers.get("content-type")).toContain("text/javascript");
    const again = await fetch(url, { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
  });

  it.each(["missing.js", "__proto__", "..%2fpage.ts", "toString"])("do not include %s", async (name) => {
    expect((await fetch(`${city.gatewayUrl}/graphiql/assets/${name}`)).status).toBe(404);
  });

  it("come with a policy that lets no other script in", async () => {
    const response = await fetch(`${city.gatewayUrl}/graphql`, { headers: { accept: "text/html" } });
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await response.text()).not.toMatch(/<script(?![^>]* src=)/);
  });
});
