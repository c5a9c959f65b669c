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

/** Fills in and sends the sign-in form that the page shows. */
export async function fillSignIn(page: Page, login: string, password: string = demoPassword): Promise<void> {
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", password);
  await page.click("form button[type=submit]");
}
