/** What axe-core finds on a page against WCAG 2.2, levels A and AA. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const source = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Rules that the page breaks, each with where. Run past the page's own policy, which forbids foreign scripts. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Before its style sheets are there a page has other sizes and colours.
  await page.waitForLoadState("load");
  return (await page.evaluate(`(() => { ${source}; return axe.run(document, { runOnly: ${JSON.stringify(tags)} }); })().then(
    ({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target).join(" ")))`)) as string[];
}
