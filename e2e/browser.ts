/** A real Chromium: the one that npm brings where it runs (Linux x64), an installed Chrome elsewhere. */
import { type Browser, chromium as playwright } from "playwright-core";

export type { Browser };

/** Starts the browser headless. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") return await playwright.launch({ channel: "chrome" });
  const { default: chromium } = await import("@sparticuz/chromium");
  return await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, "--disable-quic", "--disable-component-update", "--disable-sync"],
    headless: true,
  });
}
