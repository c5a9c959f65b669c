import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../platform/log.ts";
import { freePort } from "../../platform/test/ports.ts";
import { createPortal } from "../server.ts";
import { startTestPortal, type TestPortal } from "./support/portal.ts";
import { locationOf, type Visitor } from "./support/visitor.ts";

let portal: TestPortal;

beforeAll(async () => {
  portal = await startTestPortal();
});
afterAll(() => portal.close());

async function signedIn(): Promise<{ visitor: Visitor; form: string }> {
  const visitor = portal.visitor();
  const page = await (await visitor.open("/sign-in")).text();
  return { visitor, form: formTokenOf(page) };
}

function formTokenOf(page: string): string {
  return /name="form" value="([^"]+)"/.exec(page)?.[1] ?? "";
}

/** Presses the only button of identity's sign-out page, which its script would press. */
async function confirm(visitor: Visitor, page: Response): Promise<Response> {
  const markup = await page.text();
  const action = /action="([^"]+)"/.exec(markup)?.[1] ?? "";
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(markup)?.[1] ?? "";
  return await visitor.submit(action, { xsrf, logout: "yes" });
}

describe("signing out", () => {
  it("ends the session here and at identity, and leads back to the landing page", async () => {
    const { visitor, form } = await signedIn();
    const id = visitor.cookies.get("huimin_portal_session");
    const answer = await visitor.submit("/sign-out", { form });
    expect(answer.status).toBe(303);
    const end = new URL(locationOf(answer));
    expect(end.origin).toBe(portal.identity.issuer);
    expect(end.searchParams.get("id_token_hint")).toMatch(/^eyJ/);
    expect(end.searchParams.get("post_logout_redirect_uri")).toBe(`${portal.url}/`);
    expect(visitor.cookies.has("huimin_portal_session")).toBe(false);
    expect(portal.identity.revocations()).toBe(1);

    const back = await confirm(visitor, await visitor.open(end.href));
    const landing = await visitor.open(locationOf(back));
    expect(new URL(landing.url).pathname).toBe("/");
    expect(await landing.text()).toContain("您已安全退出所有服务。");

    const interactions = portal.identity.interactions();
    await visitor.open("/sign-in");
    expect(portal.identity.interactions()).toBe(interactions + 1);
    const thief = portal.visitor();
    thief.cookies.set("huimin_portal_session", String(id));
    expect(await (await thief.open("/")).text()).not.toContain("阿依古丽");
  });

  it("is refused without the form token of the session, and nobody is signed out", async () => {
    const { visitor, form } = await signedIn();
    const { form: somebodyElses } = await signedIn();
    for (const fields of [{}, { form: "" }, { form: `${form.slice(1)}A` }, { form: somebodyElses }]) {
      const answer = await visitor.submit("/sign-out", fields);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain("操作没有执行");
    }
    expect(await (await visitor.open("/")).text()).toContain("阿依古丽");
  });

  it("cannot be done by following a link", async () => {
    const { visitor } = await signedIn();
    expect((await visitor.ask("/sign-out")).status).toBe(404);
    expect(await (await visitor.open("/")).text()).toContain("阿依古丽");
  });

  it("says that it is only half done when identity cannot be found", async () => {
    const { visitor, form } = await signedIn();
    const config = { ...portal.config, issuer: `http://localhost:${await freePort()}` };
    const app = await createPortal(config, { sessions: portal.store }, createLogger("portal", "silent"));
    try {
      const cookies = { huimin_portal_session: String(visitor.cookies.get("huimin_portal_session")) };
      const answer = await app.inject({
        method: "POST",
        url: "/sign-out",
        cookies,
        headers: { "content-type": "application/x-www-form-urlencoded", "accept-language": "en" },
        payload: new URLSearchParams({ form }).toString(),
      });
      expect(answer.statusCode).toBe(503);
      expect(answer.body).toContain("You are signed out here only");
      expect(await (await visitor.open("/")).text()).not.toContain("阿依古丽");
    } finally {
      await app.close();
    }
  });

  it("leads to the landing page when the session is over already", async () => {
    const answer = await portal.visitor().submit("/sign-out", { form: "whatever" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  });
});
