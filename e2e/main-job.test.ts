import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { launchBrowser } from "../platform/test/browser.ts";
import { command } from "./support/city.ts";
import { startCodeFlow } from "./support/code-flow.ts";
import { ask, type GraphAnswer } from "./support/graph.ts";
import { type DemoName, demoCitizen, fillSignIn } from "./support/sign-in.ts";

const city = inject("city");
const mainQuery = await readFile(new URL("../city/main-query.graphql", import.meta.url), "utf8");

/** What the main query returns, as far as these journeys look. */
interface MainAnswer {
  readonly me: {
    readonly name: { readonly text: string };
    readonly lastEncounter: { readonly serviceProvider: string } | null;
    readonly pension: {
      readonly status: string;
      readonly forecast: { readonly monthlyAmount: { readonly amount: number } | null } | null;
      readonly lastPayment: { readonly amount: { readonly amount: number } } | null;
    } | null;
    readonly employment: {
      readonly status: string;
      readonly job: { readonly employer: string } | null;
      readonly unemployment: { readonly benefit: unknown } | null;
    } | null;
    readonly bills: { readonly edges: readonly { readonly node: { readonly status: string } }[] };
    readonly amountDue: { readonly amount: number };
  };
}

function expectMainAnswer({ me }: MainAnswer, name: DemoName): void {
  expect(me.name.text).toBe(demoCitizen(name).name.text);
  expect(me.lastEncounter?.serviceProvider).toMatch(/\S/);
  expect(me.bills.edges.length).toBeGreaterThan(0);
  expect(me.bills.edges.every(({ node }) => node.status !== "PAID")).toBe(true);
  expect(me.amountDue.amount).toBeGreaterThan(0);
}

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await (await browser.newContext()).newPage();
});
afterEach(() => page.context().close());

describe("a citizen signs in once in a real browser", () => {
  it("and one query brings her name, last encounter, pension, work and open bills", async () => {
    const code = page.waitForRequest((request) => request.url().startsWith("http://localhost/callback"));
    const flow = await startCodeFlow(city);
    await page.goto(flow.url);
    await fillSignIn(page, demoCitizen("ayguzel").residentId);
    const credentials = await flow.redeem(new URL((await code).url()));
    const answer = await ask(city.graph, mainQuery, credentials);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.errors).toBeUndefined();
    const data = mainAnswer(answer);
    expectMainAnswer(data, "ayguzel");
    expect(data.me.pension).toMatchObject({ status: "RECEIVING", forecast: null });
    expect(data.me.pension?.lastPayment?.amount.amount).toBeGreaterThan(0);
    expect(data.me.employment).toMatchObject({ status: "RETIRED", job: null });
  });

  it("and GraphiQL asks the graph in her name", async () => {
    await page.goto(city.graph);
    await page.getByRole("button", { name: /sign in/i }).click();
    await fillSignIn(page, demoCitizen("xiaohe").mobile);
    await page.waitForURL(`${city.gateway}/**`);
    await page.getByRole("button", { name: /execute/i }).click();
    await expect.poll(() => page.locator(".result-window").textContent(), { timeout: 20_000 }).toContain("林晓禾");
  });
});

describe("the README's commands", () => {
  it.each([
    ["ayguzel", "RECEIVING", "RETIRED"],
    ["xiaohe", "CONTRIBUTING", "EMPLOYED"],
    ["nurlan", "PAUSED", "UNEMPLOYED"],
  ] as const)("main-query answers for %s", async (name, pension, employment) => {
    const { stdout, code } = await command(city, "main-query", "--citizen", name, "--json");
    expect(code, stdout).toBe(0);
    const data = mainAnswer(JSON.parse(stdout) as GraphAnswer);
    expectMainAnswer(data, name);
    expect(data.me.pension?.status).toBe(pension);
    expect(data.me.employment?.status).toBe(employment);
    expect(data.me.employment?.job !== null).toBe(employment === "EMPLOYED");
    expect(data.me.employment?.unemployment !== null).toBe(employment === "UNEMPLOYED");
    expect(data.me.pension?.forecast !== null).toBe(pension !== "RECEIVING");
  });

  it("graph sends any query, for the first demo citizen when nobody is named", async () => {
    const { stdout, code } = await command(city, "graph", "{ me { name { text } } }");
    expect(code, stdout).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ data: { me: { name: { text: demoCitizen("ayguzel").name.text } } } });
  });

  it("graph shows errors and fails when the query is wrong", async () => {
    const { stdout, code } = await command(city, "graph", "{ me { nmae } }");
    expect(code).toBe(1);
    expect(stdout).toContain("GRAPHQL_VALIDATION_FAILED");
  });

  it("token prints the access token, its type, and the private key that it is bound to", async () => {
    const { stdout } = await command(city, "token", "--citizen", "nurlan", "--json");
    expect(JSON.parse(stdout)).toEqual({
      accessToken: expect.stringMatching(/^ey/),
      tokenType: "DPoP",
      dpopJwk: expect.objectContaining({ kty: "EC", crv: "P-256", d: expect.any(String) }),
    });
  });

  it("say who can be named when nobody is called so", async () => {
    const { stdout, code } = await command(city, "graph", "--citizen", "nobody", "{ me { id } }");
    expect(code).toBe(1);
    expect(stdout).toMatch(/ayguzel/);
    expect(stdout).not.toMatch(/\n\s+at /);
  });
});

function mainAnswer({ data }: GraphAnswer): MainAnswer {
  expect(data).toBeTruthy();
  return data as unknown as MainAnswer;
}
