/** A real Chromium: the one that npm brings where it runs (Linux x64), an installed Chrome elsewhere. */
import { type Browser, chromium as playwright } from "playwright-core";

export type { Browser };

/**
 * Arguments of the package that are for another purpose than ours: a single process dies with its first
 * closed context, and without web security a page that CORS forbids would pass its test.
 */
const unwanted =
  /^--(single-process|disable-web-security|allow-running-insecure-content|disable-site-isolation-trials)$/;

/** Starts the browser headless. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return await playwright.launch({ channel: "chrome" });
  const { default: chromium } = await import("@sparticuz/chromium");
  const args = chromium.args.filter((argument) => !unwanted.test(argument));
  return await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, "--disable-quic", "--disable-component-update", "--disable-sync"],
    headless: true,
  });
}
