import { type Html, html } from "../../platform/html.ts";
import { icons } from "./icons.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** Why the citizen sees the landing page, when she did not just come by. */
export type Notice = "ended" | "actingEnded" | "signedOut";

/** The page of somebody who is not signed in. */
export function landingPage(view: View, notice: Notice | null): string {
  const { t } = view;
  const main = html`${notice && html`<p class="notice" role="status">${t(`notice.${notice}`)}</p>`}
<section class="welcome">
<h1>${t("landing.title")}</h1>
<p class="lead">${t("landing.text")}</p>
<p><a class="button" href="/sign-in">${t("signIn")}</a></p>
<p class="hint">${t("landing.hint")}</p>
</section>
<section aria-labelledby="topics"><h2 id="topics">${t("landing.topics")}</h2><ul class="topics">${topics(view)}</ul></section>
<section aria-labelledby="promises"><h2 id="promises">${t("landing.promises")}</h2><ul class="promises">${promises(view)}</ul></section>`;
  return layout(view, t("signIn"), main);
}

function topics({ t }: View): Html[] {
  return (["health", "pension", "employment", "utilities"] as const).map(
    (topic) => html`<li class="${topic}"><span class="badge">${icons[topic]}</span>${t(`${topic}.title`)}</li>`,
  );
}

function promises({ t }: View): Html[] {
  return (["own", "kept", "languages"] as const).map(
    (promise) =>
      html`<li>${icons[promise]}<h3>${t(`landing.${promise}Title`)}</h3><p>${t(`landing.${promise}Text`)}</p></li>`,
  );
}
