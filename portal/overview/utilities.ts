import { type Html, html } from "../../platform/html.ts";
import { sentence } from "../pages/sentence.ts";
import { type Chip, card, facts, named, unavailableCard, type Writing, words } from "./card.ts";
import type { InvoiceFragment, OverviewQuery } from "./overview.generated.ts";

type Utilities = NonNullable<OverviewQuery["utilities"]>;

/** A bill as everybody who sends one sends it (`Invoice` in the graph). */
export type Invoice = InvoiceFragment;

/** What is to be paid, in all and bill by bill. */
export function utilitiesCard(writing: Writing, { amountDue, bills }: Utilities): Html {
  const { t, format } = writing;
  if (!amountDue || !bills) return unavailableCard(t, "utilities");
  const due = bills.edges.map(({ node }) => node);
  if (due.length === 0) {
    const settled = { tone: "good", label: t("utilities.settled") } as const;
    return card(t, "utilities", settled, words(t("utilities.none")));
  }
  const body = html`${facts([t("utilities.amountDue"), format.money(amountDue)], [])}
<h3 class="visually-hidden">${t("utilities.bills")}</h3>
<ul class="bills">${due.map((bill) => billEntry(writing, named(t, "utilities.service", bill.service), bill))}</ul>
${bills.pageInfo.hasNextPage && html`<p class="fine">${t("utilities.more")}</p>`}`;
  return card(t, "utilities", chipOf(t, due), body);
}

/** How things stand with bills that are not paid. */
export function chipOf(t: Writing["t"], due: readonly Invoice[]): Chip {
  const overdue = due.filter((bill) => bill.status === "OVERDUE").length;
  return overdue > 0
    ? { tone: "act", label: t("utilities.overdue", { count: overdue }) }
    : { tone: "note", label: t("utilities.toPay", { count: due.length }) };
}

/** One bill that is not paid, for what `label` says. */
export function billEntry({ t, format }: Writing, label: string, bill: Invoice): Html {
  const isOverdue = bill.status === "OVERDUE";
  const due = sentence(t, isOverdue ? "utilities.wasDueOn" : "utilities.dueOn", { date: format.day(bill.dueOn) });
  return html`<li><span class="what">${label} <span class="month">${format.month(bill.month)}</span></span>
<span class="amount">${format.money(bill.amount)}</span>
<span class="due">${due}${isOverdue && html` <span class="chip act">${t("utilities.isOverdue")}</span>`}</span></li>`;
}
