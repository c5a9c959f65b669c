/** One request to an interaction, from what the browser sent to where it goes next. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Provider } from "oidc-provider";
import { pageHeaders } from "../../platform/web/page-headers.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { RequestOrigin } from "../history/history.ts";
import { chosenLanguage, type PageRequest, type View, viewOf } from "../pages/view.ts";
import { languageCookie } from "../provider/cookies.ts";
import type { IdentityStores } from "../store/adapter.ts";

export interface InteractionParts {
  readonly provider: () => Provider;
  readonly credentials: Credentials;
  readonly stores: IdentityStores;
  readonly issuer: string;
  /** The resource identifier of the graph. */
  readonly graph: string;
}

export type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

/** A request to an interaction, with all that its pages need. */
export interface Turn {
  readonly parts: InteractionParts;
  readonly interaction: Interaction;
  readonly view: View;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** @throws errors.SessionNotFound when this browser has no such interaction, or has it no more */
export async function beginTurn(parts: InteractionParts, request: FastifyRequest, reply: FastifyReply): Promise<Turn> {
  const interaction = await parts.provider().interactionDetails(request.raw, reply.raw);
  const choice = chosenLanguage(request.url);
  if (choice) {
    // The choice goes with the client's request, so that the pages after this one keep it.
    interaction.params.ui_locales = choice;
    await interaction.persist();
  }
  const { ui_locales: wish } = interaction.params;
  const view = viewOf(pageRequestOf(request), typeof wish === "string" ? wish : undefined);
  reply.headers(pageHeaders(parts.issuer, formTargets(interaction))).type("text/html; charset=utf-8");
  return { parts, interaction, view, request, reply };
}

/** Lets the page of this turn run identity's own scripts, for passkeys. */
export function allowScripts({ parts, interaction, reply }: Turn): void {
  reply.headers(pageHeaders(parts.issuer, formTargets(interaction), "own scripts"));
}

function formTargets({ params: { redirect_uri: target } }: Interaction): string[] {
  return typeof target === "string" ? [target] : [];
}

/** Records how the interaction ended and sends the browser back to the provider. */
export async function finishTurn(
  { parts, request, reply }: Turn,
  result: Parameters<Provider["interactionResult"]>[2],
): Promise<FastifyReply> {
  const returnTo = await parts.provider().interactionResult(request.raw, reply.raw, result);
  return reply.redirect(returnTo, 303);
}

/** Where the forms of the page go: to its own address, without the language that was chosen. */
export function formAction({ request }: Turn): string {
  return request.url.split("?", 1).join();
}

/** What the view of a page depends on, of a request to identity's own server. */
export function pageRequestOf({ method, url, headers, cookies }: FastifyRequest): PageRequest {
  return { method, url, cookie: cookies[languageCookie], acceptLanguage: headers["accept-language"] };
}

/** Where a request comes from, for her history. */
export function originOf({ request }: Pick<Turn, "request">): RequestOrigin {
  return { address: request.ip, userAgent: request.headers["user-agent"] };
}
