/** Every page that a citizen can meet at identity, and how she comes to it. A part that makes a page adds its row. */
import type { Page } from "playwright-core";
import type { Language } from "../../../platform/i18n.ts";
import { recordHistory } from "../../history/history.ts";
import { aygul, wei } from "./citizens.ts";
import { depart, type TestClient } from "./client.ts";
import type { TestIdentity } from "./identity.ts";

/** A browser at identity, and the language that its page shall be in. */
export interface Viewer {
  readonly identity: TestIdentity;
  /** A client that is not the city's own. */
  readonly bank: TestClient;
  readonly page: Page;
  readonly language: Language;
}

export interface ShownPage {
  readonly name: string;
  /** Who sits at the browser; nobody is signed in otherwise. */
  readonly as?: "aygul";
  open(viewer: Viewer): Promise<unknown>;
}

/** The page at an address. */
function at(path: string): ShownPage["open"] {
  return ({ identity, page, language }) => {
    const url = new URL(`${identity.issuer}${path}`);
    url.searchParams.set("lang", language);
    return page.goto(url.href);
  };
}

const openConsent: ShownPage["open"] = async ({ identity, bank, page, language }) => {
  const scope = "openid citizen:read health:read pension:read";
  const { url } = await depart(identity, bank, { scope, ui_locales: language, prompt: "consent" });
  return await page.goto(url.href);
};

async function send(page: Page, form: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`${form} [name="${name}"]`, value);
  await page.locator(`${form} button[type=submit]`).first().click();
  await page.waitForLoadState();
}

export async function signInAs(viewer: Viewer, citizen = aygul): Promise<void> {
  await at("/account")(viewer);
  await send(viewer.page, "form", { login: citizen.residentId, password: citizen.password });
}

async function openNotMe(viewer: Viewer): Promise<void> {
  const { identity, page } = viewer;
  await recordHistory(identity.database, {
    citizenId: aygul.citizenId,
    kind: "passkey-added",
    detail: { name: "我的手机" },
  });
  await at("/account/history")(viewer);
  await page.locator('a[href^="/account/history/not-me"]').first().click();
  await page.waitForLoadState();
}

async function openAsChild(viewer: Viewer): Promise<void> {
  const { database } = viewer.identity;
  const bornIn = new Date().getUTCFullYear() - 10;
  await database.query("UPDATE citizen SET birth_date = $2 WHERE citizen_id = $1", [wei.citizenId, `${bornIn}-06-15`]);
  await signInAs(viewer, wei);
  await openConsent(viewer);
}

export const shownPages: readonly ShownPage[] = [
  { name: "signing in", open: at("/account") },
  {
    name: "signing in, with a mistake",
    open: async (viewer) => {
      await at("/account")(viewer);
      await send(viewer.page, "form", { login: "1" });
    },
  },
  { name: "signed out", open: at("/session/end/success") },
  { name: "no such page", open: at("/nowhere") },
  { name: "a faulty client", open: at("/auth?client_id=nobody") },
  { name: "the code of a device", open: at("/device") },
  { name: "registering", open: at("/register") },
  { name: "getting back in", open: at("/recovery") },
  { name: "a code from the counter", open: at("/recovery/counter") },
  { name: "an account that is closed", open: at("/account/closed") },
  { name: "consent that a guardian must give", open: openAsChild },
  { name: "consent", as: "aygul", open: openConsent },
  { name: "signing out", as: "aygul", open: at("/session/end") },
  { name: "the account", as: "aygul", open: at("/account?saved=language") },
  { name: "sign-in and security", as: "aygul", open: at("/account/security") },
  { name: "sessions", as: "aygul", open: at("/account/sessions?ended=yes") },
  { name: "applications", as: "aygul", open: at("/account/applications?stopped=yes") },
  { name: "delegations", as: "aygul", open: at("/account/delegations") },
  { name: "history", as: "aygul", open: at("/account/history") },
  { name: "saying that it was not she", as: "aygul", open: openNotMe },
  { name: "export", as: "aygul", open: at("/account/export") },
  { name: "closing the account", as: "aygul", open: at("/account/close") },
  {
    name: "closing the account, with mistakes",
    as: "aygul",
    open: async (viewer) => {
      await at("/account/close")(viewer);
      await send(viewer.page, 'form[action="/account/close"]', { residentId: "1" });
    },
  },
];
