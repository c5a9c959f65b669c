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
  portal.identity.actsForAnother = true;
  portal.identity.refusesTokens = false;
  portal.identity.accessTokenSeconds = 300;
  portal.graph.answer = { data: overview };
  visitor = await signedIn("en");
});

async function signedIn(language: string): Promise<Visitor> {
  const somebody = portal.visitor({ "accept-language": language });
  await somebody.open("/sign-in");
  return somebody;
}

const pageOf = async (somebody: Visitor) => await (await somebody.ask("/")).text();
const cardOf = (page: string, department: string) =>
  new RegExp(`<article class="card ${department}".*?</article>`, "s").exec(page)?.[0] ?? "";
const forbidden = (...path: string[]) => ({ message: "…", path, extensions: { code: "FORBIDDEN" } });
const work = (status: string) => ({ employment: { status, job: null, unemployment: null } });
const noBills = { edges: [], pageInfo: { hasNextPage: false } };
const banner = 'class="acting"';
const choice = 'href="/sign-in?person=choose"';
const kept = "Kept private";

describe("a page for somebody who acts for another", () => {
  it.each([
    ["zh-CN", "您正在代<bdi>阿依古丽·买买提</bdi>办理"],
    ["ug", "سىز <bdi>阿依古丽·买买提</bdi> غا ۋاكالىتەن ئىش بېجىرىۋاتىسىز"],
    ["kk", "Сіз <bdi>阿依古丽·买买提</bdi> атынан әрекет етудесіз"],
    ["en", "You are acting for <bdi>阿依古丽·买买提</bdi>"],
  ])(
    "names that person in %s, in her own script and direction, and leads to another choice",
    async (language, words) => {
      const page = await pageOf(await signedIn(language));
      expect(page).toContain(banner);
      expect(page).toContain(words);
      expect(page).toContain(choice);
    },
  );

  it.each([
    ["zh-CN", /您/],
    ["ug", /ڭىز/],
    ["kk", /ңыз|ңіз|сіз(?![а-я])/i],
    ["en", /\byou/i],
  ])("calls nobody “you” in the cards of the person acted for, in %s", async (language, you) => {
    const { pension, health } = overview;
    const short = { retirementMonth: "2031-05", minimumReached: false, monthlyAmount: null };
    const answers = [
      { health: { coverage: null, lastEncounter: null }, pension: { pension: null }, employment: { employment: null } },
      { health, pension: { pension: { ...pension.pension, forecast: short } }, employment: work("RETIRED") },
      { employment: work("NOT_IN_LABOUR_FORCE"), utilities: { ...overview.utilities, bills: noBills } },
    ];
    const reader = await signedIn(language);
    for (const data of answers) {
      portal.graph.answer = { data: { ...overview, ...data } };
      const page = await pageOf(reader);
      for (const department of ["health", "pension", "employment", "utilities"]) {
        expect(cardOf(page, department)).toContain("<h2");
        expect(cardOf(page, department)).not.toMatch(you);
      }
    }
  });

  it("leads back to her own matters with one button, which identity hears of", async () => {
    const page = await pageOf(visitor);
    const form = /<form method="post" action="\/own-matters"><input type="hidden" name="form" value="([^"]+)"/;
    const token = form.exec(page)?.[1] ?? "";
    expect((await visitor.submit("/own-matters", { form: "wrong" })).status).toBe(403);
    portal.identity.actsForAnother = false;
    await visitor.submit("/own-matters", { form: token });
    expect(portal.identity.pushed.at(-1)).toMatchObject({ prompt: "select_account", acting_for: "self" });
  });

  it("is in the language of who reads it, not of the person acted for", async () => {
    expect(overview.citizen.preferredLanguage).toBe("zh-CN");
    expect(await pageOf(visitor)).toContain('<html lang="en"');
    expect(await pageOf(visitor)).not.toContain("Hello,");
  });

  it("says so too when something went wrong", async () => {
    portal.graph.answer = { status: 500, data: null };
    const response = await visitor.ask("/");
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("You are acting for somebody else");
    expect(await (await visitor.submit("/sign-out", { form: "wrong" })).text()).toContain(banner);
  });

  it("calls what is kept from the actor private, not out of order", async () => {
    portal.graph.answer = {
      data: {
        ...overview,
        health: { ...overview.health, lastEncounter: null },
        pension: { pension: null },
        employment: { employment: { ...overview.employment.employment, job: null } },
        utilities: null,
        water: { waterAccount: null },
        power: { powerAccount: null },
      },
      errors: [
        forbidden("water", "waterAccount"),
        forbidden("power", "powerAccount"),
        forbidden("health", "lastEncounter", "serviceProvider"),
        forbidden("pension", "pension"),
        forbidden("employment", "employment", "job", "employer"),
        forbidden("utilities"),
      ],
    };
    const page = await pageOf(visitor);
    for (const department of ["health", "pension", "employment", "utilities", "suppliers"]) {
      expect(cardOf(page, department)).toContain(kept);
    }
    expect(page).not.toContain("cannot be reached");
    // What is known is shown, and what is kept back does not pass for absent.
    expect(cardOf(page, "health")).toContain("¥2,318.45");
    expect(cardOf(page, "health")).not.toContain("no visits");
    expect(cardOf(page, "employment")).toContain("Employed");
    expect(cardOf(page, "employment")).not.toContain("no job");
  });

  it("says that a department is out of order when it is that as well", async () => {
    const down = { message: "…", path: ["health"], extensions: { code: "SUBGRAPH_UNAVAILABLE" } };
    portal.graph.answer = { data: { ...overview, health: null }, errors: [forbidden("health", "coverage"), down] };
    expect(cardOf(await pageOf(visitor), "health")).toContain("cannot be reached");
  });

  it("is there also when the actor may not know who the person is", async () => {
    portal.graph.answer = { data: { ...overview, citizen: null }, errors: [forbidden("citizen")] };
    const page = await pageOf(visitor);
    expect(page).toContain("You are acting for somebody else");
    expect(cardOf(page, "pension")).toContain("214 months");
  });

  it("ends with the right to act, and says so instead of showing her own matters unawares", async () => {
    portal.graph.answer = { status: 401, errors: [] };
    expect(await pageOf(visitor)).toContain("You may no longer act for that person");
    portal.graph.answer = { data: overview };
    portal.identity.accessTokenSeconds = 1;
    const other = await signedIn("en");
    portal.identity.refusesTokens = true;
    const response = await other.ask("/");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("You may no longer act for that person");
    expect(other.cookies.has("huimin_portal_session")).toBe(false);
  });
});

describe("somebody who is here for herself", () => {
  beforeEach(async () => {
    portal.identity.actsForAnother = false;
    visitor = await signedIn("en");
  });

  it("is offered to act for somebody, without a banner", async () => {
    const page = await pageOf(visitor);
    expect(page).not.toContain(banner);
    expect(page).toContain(choice);
    expect(await pageOf(portal.visitor())).not.toContain(choice);
  });

  it("is asked for whom by identity, and what was before ends with the answer", async () => {
    const before = new Map(visitor.cookies);
    await visitor.ask("/sign-in");
    expect(portal.identity.pushed.at(-1)?.prompt).toBeUndefined();
    await visitor.open("/sign-in?person=choose");
    expect(portal.identity.pushed.at(-1)).toMatchObject({ prompt: "select_account" });
    const old = portal.visitor({ "accept-language": "en" });
    for (const [name, value] of before) old.cookies.set(name, value);
    expect(await pageOf(old)).toContain("your session has ended");
    expect(await pageOf(visitor)).toContain("您好");
  });

  it("goes on as before when she turns back from the choice", async () => {
    const before = visitor.cookies.get("huimin_portal_session");
    portal.identity.outcome = "cancels";
    const response = await visitor.open("/sign-in?person=choose");
    portal.identity.outcome = "signs in";
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("您好");
    expect(visitor.cookies.get("huimin_portal_session")).toBe(before);
  });

  it("is not told who she is by a graph that refuses it: that is no page", async () => {
    portal.graph.answer = { data: { ...overview, citizen: null }, errors: [forbidden("citizen")] };
    expect((await visitor.ask("/")).status).toBe(503);
  });
});
