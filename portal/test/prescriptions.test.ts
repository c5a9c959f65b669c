import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { overview } from "./support/graph.ts";
import { startTestPortal, type TestPortal } from "./support/portal.ts";
import type { Visitor } from "./support/visitor.ts";

let portal: TestPortal;
let visitor: Visitor;
beforeAll(async () => {
  portal = await startTestPortal();
});
afterAll(() => portal.close());
beforeEach(async () => {
  portal.graph.answer = { data: overview };
  portal.identity.pushed.length = 0;
  visitor = portal.visitor({ "accept-language": "en" });
  await visitor.open("/sign-in");
});

const { citizen } = overview;
const node = {
  id: "1",
  medication: "二甲双胍片",
  dosageInstruction: "每日 2 次",
  authoredOn: "2026-01-27T02:00:00Z",
  status: "ACTIVE",
};
const requests = (...nodes: object[]) => ({
  medicationRequests: { edges: nodes.map((each) => ({ node: each })), pageInfo: { hasNextPage: false } },
});
const refused = (code: string, more: object = {}) => ({
  data: { citizen, health: { medicationRequests: null } },
  errors: [{ message: "…", path: ["health", "medicationRequests"], extensions: { code, ...more } }],
});
const pageOf = async () => await (await visitor.ask("/prescriptions?lang=en")).text();

describe("the page of prescriptions", () => {
  it("lists what the graph gives, in the words and direction of who wrote it", async () => {
    portal.graph.answer = { data: { citizen, health: requests(node) } };
    const page = await pageOf();
    expect(page).toContain("<bdi>二甲双胍片</bdi>");
    expect(page).toContain("May be collected");
    expect(page).not.toContain("step-up");
  });

  it("says that there are none only when the graph says so", async () => {
    portal.graph.answer = { data: { citizen, health: requests() } };
    expect(await pageOf()).toContain("no prescriptions on record");
    portal.graph.answer = refused("SUBGRAPH_UNAVAILABLE");
    const page = await pageOf();
    expect(page).not.toContain("no prescriptions on record");
    expect(page).toContain("cannot be read right now");
  });

  it("says that they are kept from whoever acts for another", async () => {
    portal.graph.answer = refused("FORBIDDEN");
    expect(await pageOf()).toContain("Kept private");
  });

  it("takes the graph's demand for a better sign-in to identity as it is, and comes back", async () => {
    portal.graph.answer = refused("INSUFFICIENT_USER_AUTHENTICATION", {
      acr_values: "urn:huimin:loa:3",
      max_age: 300,
    });
    const link = /class="button" href="(?<href>[^"]+)"/.exec(await pageOf())?.groups?.href ?? "";
    portal.graph.answer = { data: { citizen, health: requests(node) } };
    const back = await visitor.open(link.replaceAll("&amp;", "&"));
    expect(portal.identity.pushed.at(-1)).toMatchObject({ acr_values: "urn:huimin:loa:3", max_age: "300" });
    expect(back.url).toBe(`${portal.url}/prescriptions`);
    expect(await back.text()).toContain("二甲双胍片");
  });

  it("is for who is signed in", async () => {
    const stranger = portal.visitor();
    const answer = await stranger.ask("/prescriptions");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  });

  it("leads to no address of somebody else's choice", async () => {
    const back = await visitor.open("/sign-in?for=https://elsewhere.invalid&acr_values=x");
    expect(new URL(back.url).origin).toBe(portal.url);
    expect(new URL(back.url).pathname).toBe("/");
  });
});
