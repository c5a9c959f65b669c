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
  /** Goes into the forms of the page; null while nobody is signed in. */
  readonly formToken: string | null;
  /** For whom she acts; null for herself. */
  readonly actingFor: PersonActedFor | null;
}

/** The person whom a page is about, when that is not the one who reads it. */
export interface PersonActedFor {
  /** Null when the page does not know it. */
  readonly name: string | null;
}

/** Who reads a page while signed in. */
export interface Reader {
  readonly formToken: string;
  readonly actsForAnother: boolean;
}

/** What pages are told of a session: nothing that opens anything but its forms. */
export function readerOf({ formToken, actsForAnother }: Reader): Reader {
  return { formToken, actsForAnother };
}

/** What the graph says of the person whom a page is about. */
export interface Subject {
  readonly name: string;
  readonly preferredLanguage: string;
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
 * what her browser prefers. Whom she acts for may prefer another language than she reads.
 */
export function viewOf(
  request: FastifyRequest,
  cookie: Cookie,
  reader: Reader | null = null,
  subject: Subject | null = null,
): View {
  const preferred = reader?.actsForAnother ? undefined : subject?.preferredLanguage;
  const wishes = [askedLanguage(request), request.cookies?.[cookie.name], preferred];
  const language = chooseLanguage(wishes, request.headers["accept-language"]);
  const repeatable = request.method === "GET" && request.routeOptions.url !== "/callback";
  return {
    language,
    t: texts(language),
    here: repeatable ? "" : "/",
    formToken: reader?.formToken ?? null,
    actingFor: reader?.actsForAnother ? { name: subject?.name ?? null } : null,
  };
}
