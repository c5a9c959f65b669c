import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { languageInfo, languages } from "../../platform/i18n.ts";
import { aygul, residentIdOf, type TestCitizen, wei } from "./support/citizens.ts";
import { begin, depart, portalClient, redeem, refresh, refusalOf, signIn, type TestClient } from "./support/client.ts";
import { startTestIdentity, type TestIdentity } from "./support/identity.ts";
import { createUserAgent, type Page } from "./support/user-agent.ts";

let identity: TestIdentity;
let portal: TestClient;

beforeAll(async () => {
  identity = await startTestIdentity();
  portal = await portalClient(identity);
});
afterAll(() => identity.close());

/** Types into the form of a fresh sign-in page in English. */
async function type(login: string, password: string): Promise<Page> {
  const { agent, page } = await begin(identity, portal, { parameters: { ui_locales: "en" } });
  return await agent.submit(page, { login, password });
}

const spaced = ({ mobile }: TestCitizen) => `${mobile.slice(0, 3)} ${mobile.slice(3, 7)} ${mobile.slice(7)}`;
const fullWidth = (text: string) =>
  text.replace(/[\dX]/g, (c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0));

describe("a citizen signs in", () => {
  it.each([
    ["her resident ID number", aygul.residentId],
    ["it typed in full-width characters", fullWidth(aygul.residentId)],
    ["it in lower case with spaces around", `  ${aygul.residentId.toLowerCase()} `],
    ["her mobile number", aygul.mobile],
    ["it with country code and spaces", `+86 ${spaced(aygul)}`],
  ])("with %s", async (_what, login) => {
    const page = await type(login, aygul.password);
    expect(page.leavesTo?.searchParams.has("code")).toBe(true);
  });

  it("with a password in any script", async () => {
    expect((await type(wei.mobile, wei.password)).leavesTo?.searchParams.has("code")).toBe(true);
    expect((await type(wei.mobile, wei.password.normalize("NFD"))).leavesTo?.searchParams.has("code")).toBe(true);
  });

  it("and may change her mind: the client hears access_denied", async () => {
    const { agent, page } = await begin(identity, portal);
    const end = await agent.submit(page, { action: "cancel" });
    expect(end.leavesTo?.searchParams.get("error")).toBe("access_denied");
  });

  it("at a client that asks again, as somebody else: the first is signed out", async () => {
    const agent = createUserAgent(identity.issuer);
    const first = await signIn(identity, portal, aygul, { agent });
    const before = await redeem(portal, first);
    const second = await signIn(identity, portal, wei, { agent, parameters: { prompt: "login" } });
    const after = await redeem(portal, second);
    expect(after.claims()?.sub).not.toBe(before.claims()?.sub);
    const old = refresh(portal, before.refresh_token ?? "");
    expect(await refusalOf(old)).toEqual({ status: 400, error: "invalid_grant" });
  });
});

describe("a citizen is asked again", () => {
  it("in the same words for a wrong password, an unknown number and an account-less citizen", async () => {
    const answers = await Promise.all([
      type(aygul.mobile, "wrong"),
      type("19912345678", aygul.password),
      type(residentIdOf("1990-01-01", "101"), "wrong"),
      type(aygul.mobile, `${aygul.password}${" ".repeat(300)}`),
    ]);
    for (const { status, text, leavesTo } of answers) {
      expect({ status, leavesTo }).toEqual({ status: 422, leavesTo: null });
      expect(text).toContain("The account or the password is not right.");
      expect(text).not.toContain(aygul.password);
    }
  });

  it("at once for an ID number whose check digit is wrong", async () => {
    const last = aygul.residentId.endsWith("1") ? "2" : "1";
    const page = await type(`${aygul.residentId.slice(0, 17)}${last}`, aygul.password);
    expect(page.status).toBe(422);
    expect(page.text).toContain("This resident ID number has a mistake in it.");
    expect(page.text).toMatch(/<input id="login"[^>]*aria-describedby="login-hint login-fault" aria-invalid="true"/);
  });

  it("for what is neither an ID number nor a mobile number, and for what is missing", async () => {
    const strange = await type("aygul@example.com", "");
    expect(strange.text).toContain("Enter an 18-digit resident ID number or an 11-digit mobile number.");
    expect(strange.text).toContain("Enter your password.");
    expect((await type(" ", "x")).text).toContain("Enter your resident ID number or mobile number.");
    expect((await type("1".repeat(10_000), "x")).status).toBe(422);
  });

  it("with what she typed still there, as text and never as markup", async () => {
    const page = await type('"><script>alert(1)</script>', "x");
    expect(page.text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(page.text).not.toContain("<script>");
  });

  it("to wait after too many tries, while she herself gets in from elsewhere", async () => {
    const { agent, page } = await begin(identity, portal, { parameters: { ui_locales: "en" } });
    const statuses: number[] = [];
    let last = page;
    for (let i = 0; i < 8; i += 1) {
      last = await agent.submit(page, { login: wei.residentId, password: `guess ${i}` });
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 5)).toEqual([422, 422, 422, 422, 422]);
    expect(statuses).toContain(429);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(last.text).toMatch(/Too many tries\. .* wait \d+ (second|minute)s? and try again\./);
    const right = await agent.submit(page, { login: wei.residentId, password: wei.password });
    expect(right.status).toBe(429);
    expect((await type(aygul.mobile, aygul.password)).leavesTo).not.toBeNull();
  });
});

describe("an interaction", () => {
  it("belongs to the browser that began it", async () => {
    const { page } = await begin(identity, portal);
    const stranger = createUserAgent(identity.issuer);
    const fields = new URLSearchParams({ login: aygul.mobile, password: aygul.password });
    const answers = [
      await stranger.open(page.url),
      await stranger.open(page.url, { method: "POST", body: fields }),
      await stranger.open(page.url, { headers: { cookie: "huimin_identity_interaction=forged" } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(answer.text).toContain("本次登录已失效");
    }
  });

  it("is over once it has been answered", async () => {
    const { agent, page } = await begin(identity, portal);
    const fields = { login: aygul.mobile, password: aygul.password };
    expect((await agent.submit(page, fields)).leavesTo).not.toBeNull();
    expect((await agent.submit(page, fields)).status).toBe(400);
  });

  it("is bound by signed cookies that scripts and other sites' forms cannot use", async () => {
    const { page } = await begin(identity, portal);
    expect(page.url.pathname).toMatch(/^\/interaction\//);
    const { url } = await depart(identity, portal);
    const answer = await fetch(url, { redirect: "manual" });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual([
      "huimin_identity_interaction",
      "huimin_identity_interaction.sig",
      "huimin_identity_resume",
      "huimin_identity_resume.sig",
    ]);
    for (const cookie of cookies) expect(cookie).toMatch(/samesite=lax; httponly/i);
  });
});

describe("the sign-in page", () => {
  it.each(languages)("speaks %s when the client wishes it", async (language) => {
    const { page } = await begin(identity, portal, { parameters: { ui_locales: language } });
    expect(page.text).toContain(`<html lang="${language}" dir="${languageInfo[language].dir}">`);
    expect(page.text).toContain(`<label for="login">`);
    expect(page.text.match(/aria-current="true"/g)).toHaveLength(1);
  });

  it("speaks the browser's language otherwise", async () => {
    const agent = createUserAgent(identity.issuer, { "accept-language": "kk, en;q=0.5" });
    const { page } = await begin(identity, portal, { agent });
    expect(page.text).toContain('<html lang="kk"');
  });

  it("keeps a language that was chosen, through an error, the next page and the next sign-in", async () => {
    const { agent, page } = await begin(identity, portal, { parameters: { ui_locales: "en" } });
    expect((await agent.open(`${page.url}?lang=ug`)).text).toContain('<html lang="ug" dir="rtl">');
    expect((await agent.submit(page, { login: aygul.mobile, password: "" })).text).toContain('<html lang="ug"');
    expect((await agent.open(`${identity.issuer}/session/end`)).text).toContain('<html lang="ug"');
    expect((await begin(identity, portal, { agent })).page.text).toContain('<html lang="ug"');
  });

  it("runs its own scripts alone, is never framed or kept, and loads from this server alone", async () => {
    const { page } = await begin(identity, portal);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`form-action 'self' ${identity.config.portalUrl};`);
    expect(policy).toContain("script-src 'self';");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.text).not.toMatch(/<script(?! (type="module" )?src="\/)|\son\w+=|style="/);
    const assets = [...page.text.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href = ""]) => href);
    expect(assets).toHaveLength(5);
    for (const href of assets) {
      expect(href).toMatch(/^\//);
      expect((await fetch(`${identity.issuer}${href}`)).status).toBe(200);
    }
  });

  it("says so in her language when an address is wrong or a link is faulty", async () => {
    const agent = createUserAgent(identity.issuer, { "accept-language": "ug" });
    const missing = await agent.open(`${identity.issuer}/nowhere`);
    expect(missing.status).toBe(404);
    expect(missing.text).toContain("بۇنداق بەت يوق");
    const faulty = await agent.open(`${identity.issuer}/auth?client_id=nobody&response_type=code`);
    expect(faulty.status).toBe(400);
    expect(faulty.text).toContain("بۇ ئۇلىنىشنى ئىشلەتكىلى بولمايدۇ");
    expect(faulty.text).toContain('href="?client_id=nobody&amp;response_type=code&amp;lang=en"');
  });

  it("leads somebody who comes by to the portal", async () => {
    const page = await createUserAgent(identity.issuer).open(identity.issuer);
    expect(page.leavesTo?.href).toBe(`${identity.config.portalUrl}/`);
  });
});
