import { type Html, html } from "../../platform/html.ts";
import { sentence } from "../pages/sentence.ts";
import { card, facts, named, own, type Row, type Tone, type Writing, words } from "./card.ts";
import type { OverviewQuery, PensionStatus } from "./overview.generated.ts";

type Account = NonNullable<NonNullable<OverviewQuery["pension"]>["pension"]>;

const tones: Readonly<Record<PensionStatus, Tone>> = { CONTRIBUTING: "good", PAUSED: "note", RECEIVING: "good" };

/** The last payment of who receives a pension, the forecast of everybody else. */
export function pensionCard(writing: Writing, account: Account | null): Html {
  const { t } = writing;
  if (!account) return card(t, "pension", null, words(t("pension.none")));
  const chip = { tone: tones[account.status] ?? "plain", label: named(t, "pension.status", account.status) };
  return card(t, "pension", chip, account.status === "RECEIVING" ? paid(writing, account) : expected(writing, account));
}

function paid({ t, format }: Writing, account: Account): Html {
  const { lastPayment } = account;
  if (!lastPayment) return html`${facts(null, [scheme(t, account)])}${words(t("pension.noPayment"))}`;
  return facts(
    [t("pension.lastPayment"), format.money(lastPayment.amount)],
    [
      [t("pension.paymentMonth"), format.month(lastPayment.month)],
      [t("pension.paidOn"), format.day(lastPayment.paidOn)],
      scheme(t, account),
    ],
  );
}

function expected({ t, format }: Writing, account: Account): Html {
  const { forecast } = account;
  const amount = forecast?.monthlyAmount;
  const rows: readonly (Row | null)[] = [
    forecast && [t("pension.retirement"), format.month(forecast.retirementMonth)],
    [t("pension.contributed"), sentence(t, "pension.months", {}, account.contributionMonths)],
    scheme(t, account),
  ];
  return html`${facts(amount ? [t("pension.forecast"), format.money(amount)] : null, rows)}${remark(t, account)}`;
}

function remark(t: Writing["t"], { forecast }: Account): Html {
  if (!forecast) return words(t("pension.noForecast"));
  return forecast.minimumReached
    ? html`<p class="fine">${t("pension.forecastNote")}</p>`
    : words(t("pension.tooShort"));
}

function scheme(t: Writing["t"], account: Account): Row {
  return [t("pension.scheme"), own(named(t, "pension.schemes", account.scheme))];
}
