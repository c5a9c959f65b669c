/** Pages as answers of the provider, which is a Koa application of its own. */
import type { KoaContextWithOIDC } from "oidc-provider";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import { type View, viewOf } from "../pages/view.ts";
import { languageCookie } from "./cookies.ts";

/**
 * Answers with a page.
 *
 * @param formTargets addresses to which a form on the page may lead in the end
 */
export type ShowPage = (context: KoaContextWithOIDC, page: string, formTargets?: readonly string[]) => void;

/** @param issuer where browsers reach identity */
export function createShowPage(issuer: string): ShowPage {
  return (context, page, formTargets = []) => {
    context.set(pageHeaders(issuer, formTargets));
    context.type = "html";
    context.body = page;
  };
}

export function viewOfContext(context: KoaContextWithOIDC): View {
  return viewOf({
    method: context.method,
    // As the browser sent it: parameters may have been taken out since.
    url: context.originalUrl,
    cookie: context.cookies.get(languageCookie, { signed: false }),
    acceptLanguage: context.get("accept-language"),
  });
}
