/** A real Chromium: the one that npm brings where it runs (Linux x64), an installed Chrome elsewhere. */
import { type Browser, type CDPSession, type Page, chromium as playwright } from "playwright-core";

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

/** An authenticator of the page's, and the session over which it is told what to do. */
export interface VirtualAuthenticator {
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
}

/**
 * Chromium's virtual authenticator (WebAuthn, automation): a platform's own, which keeps passkeys and answers at once.
 *
 * @param isUserVerified whether it knows its owner
 */
export async function addVirtualAuthenticator(page: Page, isUserVerified = true): Promise<VirtualAuthenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}
