/** What a person sees when a request cannot go on. */
import { errors } from "oidc-provider";
import { html } from "../../platform/html.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** Each has its texts under `problem` in the locale files. */
export type ProblemKind = "expired" | "client" | "notFound" | "refused" | "broken";

/** The kind of a failure; `error` is null when there is no such address. */
export function problemOf(status: number, error: Error | null): ProblemKind {
  if (status === 404) return "notFound";
  if (status >= 500) return "broken";
  if (error instanceof errors.SessionNotFound) return "expired";
  // Every other error of the protocol lies with the client: people do not write its requests.
  return error instanceof errors.OIDCProviderError ? "client" : "refused";
}

/** @param code the protocol's error code, for whoever is asked for help */
export function problemPage(view: View, kind: ProblemKind, portalUrl: string, code?: string): string {
  const { t } = view;
  const title = t(`problem.${kind}.title`);
  const main = html`<h1>${title}</h1>
<p class="lead">${t(`problem.${kind}.text`)}</p>
<p><a class="button" href="${portalUrl}">${t("toPortal")}</a></p>
${code !== undefined && html`<p class="hint">${t("problem.code")} <code dir="ltr">${code}</code></p>`}`;
  return layout(view, title, main);
}
