import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { overview } from "./support/graph.ts";
import { startTestPortal, type TestPortal } from "./support/portal.ts";
import type { Visitor } from "./support/visitor.ts";

let portal: TestPortal;
let visitor: Visitor;

beforeAll(async () => {
  portal = await startTestPortal();
});
beforeEach(async () => {
  portal.graph.answer = { data: overview };
  visitor = portal.visitor({ "accept-language": "en" });
  visitor.cookies.set("huimin_portal_language", "en");
  await visitor.open("/sign-in");
});
afterAll(() => portal.close());

/** The words of a page, or of one department's card, as a reader sees them. */
async function words(card?: string): Promise<string> {
  const page = await (await visitor.ask("/")).text();
  const part =
    card === undefined ? page : (new RegExp(`<article class="card ${card}".*?</article>`, "s").exec(page)?.[0] ?? "");
  return part
    .replace(/<[^>]+>/g, "\n")
    .replace(/\s*\n\s*/g, " | ")
    .replaceAll("&#39;", "'");
}

/** The page as it is when a department says something else. */
function say(part: object): void {
  portal.graph.answer = { data: { ...overview, ...part } };
}

describe("the citizen's page", () => {
  it("greets her by name and shows what each department knows", async () => {
    expect(await words()).toContain("Hello, | 阿依古丽·买买提");
    const health = await words("health");
    for (const fact of ["Insured", "Outpatient", "市第一人民医院", "呼吸内科", "¥86.20", "¥2,318.45"]) {
      expect(health).toContain(fact);
    }
    const pension = await words("pension");
    for (const fact of ["Contributing", "¥5,280.40", "March 2049", "214 months"]) expect(pension).toContain(fact);
    const employment = await words("employment");
    for (const fact of ["Employed", "新河纺织有限公司", "质量检验员", "July 1, 2015"])
      expect(employment).toContain(fact);
    const utilities = await words("utilities");
    for (const fact of ["1 overdue", "¥412.07", "Electricity", "¥136.50", "Please pay by | November 30, 2026"]) {
      expect(utilities).toContain(fact);
    }
    expect(utilities).toContain("Was due by | October 31, 2026");
  });

  it("leads to her account, which is identity's", async () => {
    expect(await (await visitor.ask("/")).text()).toContain('href="/account"');
    const answer = await visitor.ask("/account");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `${portal.identity.issuer}/account`]);
  });

  it("reckons days as the city does, eight hours ahead of UTC", async () => {
    expect(await words("health")).toContain("October 18, 2026");
  });

  it("keeps the reason of a visit to itself, and asks for no more than it shows", async () => {
    expect(await (await visitor.ask("/")).text()).not.toContain("reason");
  });

  it("shows the last payment of who receives a pension, and no forecast", async () => {
    const lastPayment = { month: "2026-10", paidOn: "2026-10-15", amount: { amount: 321_005, currency: "CNY" } };
    say({
      pension: { pension: { ...overview.pension.pension, status: "RECEIVING", forecast: null, lastPayment } },
      employment: { employment: { status: "RETIRED", job: null, unemployment: null } },
    });
    const pension = await words("pension");
    for (const fact of ["Being paid", "¥3,210.05", "October 2026", "October 15, 2026"]) expect(pension).toContain(fact);
    expect(pension).not.toContain("estimate");
    expect(await words("employment")).toContain("The pension is shown");
  });

  it("says when the contributions will not reach the minimum, instead of an amount", async () => {
    const forecast = { retirementMonth: "2031-05", minimumReached: false, monthlyAmount: null };
    say({ pension: { pension: { ...overview.pension.pension, status: "PAUSED", forecast } } });
    expect(await words("pension")).toContain("will not reach the required minimum");
    expect(await words("pension")).toContain("Contributions paused");
  });

  it("shows the benefit of who is registered as unemployed", async () => {
    const benefit = { months: 12, monthsLeft: 7, monthlyAmount: { amount: 178_200, currency: "CNY" } };
    const unemployment = { registeredOn: "2026-06-01", benefit };
    say({ employment: { employment: { status: "UNEMPLOYED", job: null, unemployment } } });
    const card = await words("employment");
    for (const fact of ["Registered unemployed", "¥1,782.00", "7 | of 12 months", "June 1, 2026"]) {
      expect(card).toContain(fact);
    }
  });

  it("says in words that there is nothing", async () => {
    say({
      health: { coverage: null, lastEncounter: null },
      pension: { pension: null },
      employment: { employment: null },
      utilities: {
        amountDue: { amount: 0, currency: "CNY" },
        bills: { edges: [], pageInfo: { hasNextPage: false } },
      },
    });
    expect(await words("health")).toContain("There are no visits on record yet.");
    expect(await words("health")).toContain("There is no medical insurance on record in this city.");
    expect(await words("pension")).toContain("There is no old-age insurance on record.");
    expect(await words("employment")).toContain("There is no employment record.");
    expect(await words("utilities")).toContain("There is nothing to pay.");
    expect(await words("utilities")).toContain("All paid");
  });

  it("shows text of a department as text, whatever it holds", async () => {
    const job = { employer: '<script>alert("1")</script>', occupation: "a & b", start: "2020-01-01" };
    say({ employment: { employment: { status: "EMPLOYED", job, unemployment: null } } });
    const page = await (await visitor.ask("/")).text();
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  });

  it("still shows a page when the graph has learned a status that this portal does not know", async () => {
    say({ employment: { employment: { status: "ON_SABBATICAL", job: null, unemployment: null } } });
    expect(await words("employment")).toContain("Other");
  });
});

describe("a department that does not answer", () => {
  const unavailable = "This department cannot be reached right now.";

  it.each(["health", "pension", "employment", "utilities"])("has %s say so, while the rest is shown", async (down) => {
    portal.graph.answer = {
      data: { ...overview, [down]: null },
      errors: [{ message: "…", path: [down], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }],
    };
    expect((await visitor.ask("/")).status).toBe(200);
    for (const card of ["health", "pension", "employment", "utilities"]) {
      if (card === down) expect(await words(card)).toContain(unavailable);
      else expect(await words(card)).not.toContain(unavailable);
    }
  });

  it("does not pass for one that holds nothing", async () => {
    const nothing = { coverage: null, lastEncounter: null };
    for (const path of [["health", "coverage"], undefined]) {
      portal.graph.answer = { data: { ...overview, health: nothing }, errors: [{ message: "…", path }] };
      expect(await words("health")).toContain(unavailable);
      expect(await words("pension")).not.toContain(unavailable);
    }
  });
});

describe("the companies' card", () => {
  const paid = (account: { bills: readonly object[] }) => ({
    bills: account.bills.map((bill) => ({ ...bill, status: "PAID" })),
  });

  it("shows what each company bills and is not paid yet", async () => {
    const suppliers = await words("suppliers");
    for (const fact of ["1 overdue", "Drinking water | October 2026", "¥2.10", "Car charging", "¥65.41"]) {
      expect(suppliers).toContain(fact);
    }
    expect(suppliers).not.toContain("¥3.00");
    expect(suppliers).toContain("Was due by | October 31, 2026");
  });

  it("says that nothing is to be paid, and is not there for whoever is no customer", async () => {
    say({
      water: { waterAccount: paid(overview.water.waterAccount) },
      power: { powerAccount: paid(overview.power.powerAccount) },
    });
    expect(await words("suppliers")).toContain("All paid");
    expect(await words("suppliers")).toContain("Nothing is to be paid to these companies.");
    say({ water: { waterAccount: null }, power: { powerAccount: null } });
    expect(await words("suppliers")).toBe("");
  });

  it.each(["water", "power"])("says that %s does not answer, while the rest of the page is complete", async (down) => {
    portal.graph.answer = {
      data: { ...overview, [down]: null },
      errors: [{ message: "…", path: [down], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }],
    };
    const page = await words();
    expect(page.split("This company cannot be reached right now.")).toHaveLength(2);
    expect(page).not.toContain("This department cannot be reached");
    expect(await words("suppliers")).toContain(down === "water" ? "¥65.41" : "¥2.10");
    expect(await words("utilities")).toContain("¥412.07");
  });

  it("does not take a company that does not answer for one that has nothing to say", async () => {
    portal.graph.answer = {
      data: { ...overview, water: { waterAccount: null }, power: { powerAccount: null } },
      errors: [{ message: "…", path: ["water", "waterAccount"], extensions: { code: "SUBGRAPH_UNAVAILABLE" } }],
    };
    expect(await words("suppliers")).toContain("This company cannot be reached right now.");
  });
});

describe("a graph that gives no page", () => {
  it.each([
    ["fails", { status: 500, data: null }],
    ["does not know the citizen", { data: { ...overview, citizen: null } }],
    ["answers with something else", { status: 200, data: null, errors: [{ message: "secret of the inside" }] }],
  ])("that %s leads to a page that says when to come back", async (_how, answer) => {
    portal.graph.answer = answer;
    const response = await visitor.ask("/");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("60");
    const page = await response.text();
    expect(page).toContain("The information cannot be shown right now");
    expect(page).toContain('action="/sign-out"');
    expect(page).not.toContain("secret of the inside");
  });

  it("that refuses the token ends the session and says so, without sending her round in circles", async () => {
    portal.graph.answer = { status: 401, errors: [{ message: "…", extensions: { code: "TOKEN_INVALID" } }] };
    const response = await visitor.ask("/");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("your session has ended");
    expect(visitor.cookies.has("huimin_portal_session")).toBe(false);
  });

  it("that is gone altogether leads to the same page", async () => {
    const other = await startTestPortal();
    try {
      const somebody = other.visitor({ "accept-language": "ug" });
      await somebody.open("/sign-in");
      await other.graph.close();
      const response = await somebody.ask("/");
      expect(response.status).toBe(503);
      expect(await response.text()).toContain("ئۇچۇرلارنى ھازىرچە كۆرسەتكىلى بولمايدۇ");
    } finally {
      await other.close();
    }
  });
});

describe("a session that is over", () => {
  it("shows the landing page and says why", async () => {
    visitor.cookies.set("huimin_portal_session", "B".repeat(43));
    const response = await visitor.ask("/");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("your session has ended. Please sign in again.");
    expect(visitor.cookies.has("huimin_portal_session")).toBe(false);
  });
});
