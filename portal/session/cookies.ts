/** The cookies of the portal. Cookies do not tell ports apart, hence the long names. */
import type { CookieSerializeOptions } from "@fastify/cookie";

export interface Cookie {
  readonly name: string;
  readonly options: CookieSerializeOptions;
}

export interface Cookies {
  /** The ID of the session. */
  readonly session: Cookie;
  /** A sign-in that has begun and not come back yet, sealed. */
  readonly signIn: Cookie;
  /** The language that was chosen. */
  readonly language: Cookie;
}

/** How long a sign-in may take, in seconds. */
export const signInSeconds = 15 * 60;

const yearSeconds = 365 * 24 * 60 * 60;

/**
 * `SameSite=Lax` keeps them out of other sites' forms and still sends them when identity sends the citizen back.
 */
export function cookiesOf(portalUrl: string): Cookies {
  const common = { httpOnly: true, sameSite: "lax", secure: portalUrl.startsWith("https:") } as const;
  return {
    // Without a Max-Age it ends with the browser, at the latest with the session in the store.
    session: { name: "huimin_portal_session", options: { ...common, path: "/" } },
    signIn: { name: "huimin_portal_sign_in", options: { ...common, path: "/callback", maxAge: signInSeconds } },
    language: { name: "huimin_portal_language", options: { ...common, path: "/", maxAge: yearSeconds } },
  };
}
