/** In which language, and for whom, a page is written. */
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { chooseLanguage, type Language, languages, loadTexts, type Translate } from "../../platform/i18n.ts";
import type { Cookie } from "../session/cookies.ts";

/** What every page is made from. */
export interface View {
  readonly language: Language;
  readonly t: Translate;
  /** Where the language menu leads: the page itself, unless it cannot be asked for twice. */
  readonly here: string;
  /** Goes into the sign-out form; null while nobody is signed in. */
  readonly formToken: string | null;
}

/** The translator of each language. */
export const texts = loadTexts(new URL("../locales/", import.meta.url));

const question = z.object({ lang: z.enum(languages) });

/** The language that the address asks for (`?lang=ug`). */
export function askedLanguage(request: FastifyRequest): Language | undefined {
  return question.safeParse(request.query).data?.lang;
}

/**
 * The view of a request. `?lang` comes first, then the choice in the cookie, then what the citizen prefers, then
 * what her browser prefers.
 */
export function viewOf(
  request: FastifyRequest,
  cookie: Cookie,
  citizen: { readonly formToken?: string; readonly preferredLanguage?: string } = {},
): View {
  const wishes = [askedLanguage(request), request.cookies?.[cookie.name], citizen.preferredLanguage];
  const language = chooseLanguage(wishes, request.headers["accept-language"]);
  const repeatable = request.method === "GET" && request.routeOptions.url !== "/callback";
  return { language, t: texts(language), here: repeatable ? "" : "/", formToken: citizen.formToken ?? null };
}
