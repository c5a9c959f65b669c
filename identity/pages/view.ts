/** In which language a page is written, and where its language menu leads. */
import { chooseLanguage, isLanguage, type Language, loadTexts, type Translate } from "../../platform/i18n.ts";

/** What every page is made from. */
export interface View {
  readonly language: Language;
  readonly t: Translate;
  /** The address of this page in another language; null when it cannot be asked for twice. */
  readonly inLanguage: ((language: Language) => string) | null;
}

/** The part of a request that decides, whichever server took it. */
export interface PageRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** The language chosen before. */
  readonly cookie: string | undefined;
  readonly acceptLanguage: string | undefined;
}

/** The translator of each language. */
export const texts = loadTexts(new URL("../locales/", import.meta.url));

/** The language chosen in the menu: `?lang=ug`. */
export function chosenLanguage(url: string): Language | undefined {
  const choice = queryOf(url).get("lang");
  return isLanguage(choice) ? choice : undefined;
}

/**
 * The view of a request. The menu's choice comes first, then what the client wishes (`ui_locales`), then an
 * earlier choice, then what the citizen prefers, then what the browser prefers.
 *
 * @param uiLocales the client's wish, when it is not in the address
 * @param preferred what she who is signed in prefers
 */
export function viewOf(request: PageRequest, uiLocales?: string, preferred?: Language): View {
  const wish = uiLocales ?? queryOf(request.url).get("ui_locales") ?? undefined;
  const wishes = [chosenLanguage(request.url), wish, request.cookie, preferred];
  const language = chooseLanguage(wishes, request.acceptLanguage);
  return { language, t: texts(language), inLanguage: isRepeatable(request) ? inLanguage(request.url) : null };
}

/** An interaction that was answered with its page again shows the same page when it is asked for. */
function isRepeatable({ method, url }: PageRequest): boolean {
  return method === "GET" || url.startsWith("/interaction/");
}

function inLanguage(url: string): (language: Language) => string {
  return (language) => {
    const query = queryOf(url);
    query.set("lang", language);
    return `?${query}`;
  };
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split("?", 2)[1]);
}
