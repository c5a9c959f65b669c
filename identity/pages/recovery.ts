import { html } from "../../platform/html.ts";
import { moment } from "./duration.ts";
import { layout } from "./layout.ts";
import type { View } from "./view.ts";

/** After a sign-in, before anything else: somebody is recovering this account. */
export function recoveryNoticePage(view: View, action: string, readyAt: Date): string {
  const { t, language } = view;
  const title = t("recovery.notice.title");
  const main = html`<h1>${title}</h1>
<p class="lead">${t("recovery.notice.lead", { time: moment(language, readyAt) })}</p>
<p>${t("recovery.notice.advice")}</p>
<form method="post" action="${action}" class="choices">
<button type="submit" name="action" value="stop-recovery">${t("recovery.notice.stop")}</button>
<button type="submit" name="action" value="go-on" class="quiet">${t("recovery.notice.mine")}</button>
</form>`;
  return layout(view, title, main);
}
