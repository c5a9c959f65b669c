/** Signs citizens in as people do: in a browser, on the real pages. */
import type { Page } from "playwright-core";
import { demoCitizens, demoPassword } from "../../city/population/demo.ts";

export type DemoName = "ayguzel" | "xiaohe" | "nurlan";

/** The demo citizen of this name. */
export function demoCitizen(name: DemoName) {
  const found = demoCitizens.find(({ key }) => key === name);
  if (!found) throw new Error(`no demo citizen ${name}`);
  return found;
}

/** The buttons of the page that asks for whom she acts: herself first. */
export const peopleToActFor = (page: Page) => page.locator("form.people button[name=person]");

/** Signs in with the right password; whoever is asked for whom she acts answers that it is herself. */
export async function signInAsHerself(page: Page, login: string): Promise<void> {
  await fillSignIn(page, login);
  await page.locator("input[name=password]").waitFor({ state: "detached" });
  await page.waitForLoadState("domcontentloaded");
  const [herself] = await peopleToActFor(page).all();
  await herself?.click();
}

/** Fills in and sends the sign-in form that the page shows. */
export async function fillSignIn(page: Page, login: string, password: string = demoPassword): Promise<void> {
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", password);
  await page.click("form button[type=submit]");
}
