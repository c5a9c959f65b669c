/** What companies bill beside the utilities department. */
import { type Html, html } from "../../platform/html.ts";
import type { Overview } from "./ask.ts";
import { type Card, card, keptPrivate, type Writing, words } from "./card.ts";
import { billEntry, chipOf, type Invoice } from "./utilities.ts";

const suppliers = ["water", "power"] as const;

type Supplier = (typeof suppliers)[number];

/** What a company says of her: what is to be paid, or nothing at all. */
interface Standing {
  readonly supplier: Supplier;
  readonly unpaid: readonly Invoice[] | "no customer" | "kept private" | "no answer";
}

/** Null for whoever is a customer of none: there is no card for what she does not buy. */
export function suppliersCard(writing: Writing, overview: Overview): Html | null {
  const { t } = writing;
  const standings = suppliers.map((supplier) => ({ supplier, unpaid: unpaidAt(supplier, overview) }));
  if (standings.every(({ unpaid }) => unpaid === "no customer")) return null;
  const due = standings.flatMap(({ unpaid }) => (typeof unpaid === "string" ? [] : unpaid));
  const isToldAll = standings.every(({ unpaid }) => unpaid !== "kept private" && unpaid !== "no answer");
  if (isToldAll && due.length === 0) {
    return card(t, name, { tone: "good", label: t("utilities.settled") }, words(t("suppliers.none")));
  }
  return card(t, name, due.length > 0 ? chipOf(t, due) : null, html`${standings.map((one) => linesOf(writing, one))}`);
}

const name: Card = "suppliers";

function unpaidAt(supplier: Supplier, { water, power, keptPrivate: kept }: Overview): Standing["unpaid"] {
  if (kept.has(supplier)) return "kept private";
  const said =
    supplier === "water" ? water && { account: water.waterAccount } : power && { account: power.powerAccount };
  if (!said) return "no answer";
  if (!said.account) return "no customer";
  return said.account.bills.filter(({ status }) => status !== "PAID");
}

function linesOf(writing: Writing, { supplier, unpaid }: Standing): Html | null {
  const { t } = writing;
  const label = t(`suppliers.${supplier}`);
  if (unpaid === "no customer") return null;
  if (unpaid === "kept private") return html`<h3>${label}</h3>${keptPrivate(t)}`;
  if (unpaid === "no answer") return html`<h3>${label}</h3><p class="unavailable">${t("suppliers.unavailable")}</p>`;
  if (unpaid.length === 0) return null;
  return html`<h3 class="visually-hidden">${label}</h3>
<ul class="bills">${unpaid.map((invoice) => billEntry(writing, label, invoice))}</ul>`;
}
