/** What she signs in with: the list of it, and the way to every change. */
import { type Html, html } from "../../platform/html.ts";
import type { Visitor } from "../account/visitor.ts";
import { maskedMobile } from "../messages/sender.ts";
import type { Account } from "../store/accounts.ts";
import type { Factors } from "../store/factors.ts";
import type { Passkey } from "../store/passkeys.ts";
import { accountLayout, formField } from "./account-layout.ts";
import { recoveryUnderWay } from "./account-recovery.ts";
import { passkeyForm, passkeyScripts } from "./passkey-form.ts";
import type { View } from "./view.ts";
import { moment } from "./words.ts";

/** Why a change was not made. */
export type SecurityFault = "passkey" | "last" | "recovered";

export interface SecurityState {
  readonly account: Account;
  readonly factors: Factors;
  readonly passkeys: readonly Passkey[];
  /** Options of a new passkey, as JSON. */
  readonly creationOptions: string;
  readonly canSend: boolean;
  /** When a recovery that is under way may be completed. */
  readonly recoveryReadyAt: Date | null;
  readonly done: "added" | "removed" | "changed" | "stopped" | null;
  readonly fault: SecurityFault | null;
}

export function securityPage(view: View, visitor: Visitor, state: SecurityState): string {
  const { t } = view;
  const title = t("account.nav.security");
  const { done, fault, account } = state;
  const main = html`<h1>${title}</h1>
${fault && html`<p class="warning" role="alert">${t(`security.fault.${fault}`)}</p>`}
${done && html`<p class="notice" role="status">${t(`security.done.${done}`)}</p>`}
${recoveryUnderWay(view, visitor, { readyAt: state.recoveryReadyAt, stopAt: "/account/security/recovery/stop" })}
${account.isRecovered ? recovered(view, visitor, state) : everything(view, visitor, state)}
${passkeyScripts}`;
  return accountLayout(view, { current: "security", title, visitor }, main);
}

function everything(view: View, visitor: Visitor, state: SecurityState): Html {
  return html`${passkeys(view, visitor, state)}
${app(view, visitor, state)}
${password(view, visitor, state)}
${state.canSend && mobile(view, visitor, state)}
${codes(view, visitor, state)}`;
}

/** After a recovery by the mobile alone she may change what it gave her, and nothing that was there before. */
function recovered(view: View, visitor: Visitor, state: SecurityState): Html {
  return html`<p class="warning">${view.t("security.recovered")}</p>
${password(view, visitor, state)}`;
}

function panel(id: string, title: string, content: Html): Html {
  return html`<section class="panel" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function passkeys(view: View, visitor: Visitor, { passkeys: list, creationOptions }: SecurityState): Html {
  const { t } = view;
  const entries = list.map((passkey, i) => passkeyEntry(view, visitor, passkey, i));
  const fields = html`${formField(visitor)}<div class="field"><label for="passkey-name">${t("security.passkeyName")}</label>
<p class="hint" id="passkey-name-hint">${t("security.passkeyNameHint")}</p>
<input id="passkey-name" name="name" type="text" maxlength="60" autocomplete="off" aria-describedby="passkey-name-hint"></div>`;
  const form = passkeyForm(view, {
    action: "/account/security/passkeys",
    ceremony: "create",
    options: creationOptions,
    submit: t("security.addPasskey"),
    fields,
  });
  return panel(
    "passkeys",
    t("security.passkeys"),
    html`<p>${t("security.passkeysLead")}</p>${list.length > 0 && html`<ul class="entries">${entries}</ul>`}${form}
<noscript><p class="hint">${t("passkey.needsScript")}</p></noscript>`,
  );
}

function passkeyEntry({ t, language }: View, visitor: Visitor, passkey: Passkey, i: number): Html {
  const { credentialId, name, synced, createdAt, lastUsedAt } = passkey;
  return html`<li><h3 id="passkey-${i}"><bdi>${name}</bdi></h3>
<dl class="facts"><dt>${t("security.kind")}</dt><dd>${synced ? t("security.synced") : t("security.bound")}</dd>
<dt>${t("security.added")}</dt><dd>${moment(language, createdAt)}</dd>
<dt>${t("security.lastUsed")}</dt><dd>${lastUsedAt ? moment(language, lastUsedAt) : t("security.never")}</dd></dl>
<form method="post" action="/account/security/passkeys/remove">${formField(visitor)}<button type="submit" name="passkey" value="${credentialId}" class="quiet small danger" aria-describedby="passkey-${i}">${t("security.remove")}</button></form></li>`;
}

function app({ t }: View, visitor: Visitor, { factors }: SecurityState): Html {
  const change = factors.totp
    ? html`<p class="tag">${t("security.on")}</p><div class="actions"><a class="button quiet" href="/account/security/totp">${t("security.replaceApp")}</a>
<form method="post" action="/account/security/totp/remove">${formField(visitor)}<button type="submit" class="quiet danger">${t("security.removeApp")}</button></form></div>`
    : html`<p><a class="button" href="/account/security/totp">${t("security.addApp")}</a></p>`;
  return panel("app", t("security.app"), html`<p>${t("security.appLead")}</p>${change}`);
}

function password({ t }: View, visitor: Visitor, { account, factors }: SecurityState): Html {
  const hasPassword = account.passwordHash !== null;
  const removal =
    hasPassword &&
    factors.passkeys > 0 &&
    html`<form method="post" action="/account/security/password/remove">${formField(visitor)}<button type="submit" class="quiet danger">${t("security.removePassword")}</button></form>`;
  return panel(
    "password",
    t("signIn.password"),
    html`<p>${hasPassword ? t("security.passwordLead") : t("security.noPassword")}</p>
<div class="actions"><a class="button${hasPassword && " quiet"}" href="/account/security/password">${hasPassword ? t("security.changePassword") : t("security.addPassword")}</a>${removal}</div>`,
  );
}

function mobile({ t }: View, visitor: Visitor, { account }: SecurityState): Html {
  const number =
    account.mobile === null ? t("account.noMobile") : html`<bdi dir="ltr">${maskedMobile(account.mobile)}</bdi>`;
  const to = account.smsFactor ? "off" : "on";
  const change =
    account.mobile !== null &&
    html`<form method="post" action="/account/security/sms">${formField(visitor)}<button type="submit" name="sms" value="${to}" class="quiet">${account.smsFactor ? t("security.smsOff") : t("security.smsOn")}</button></form>`;
  return panel(
    "mobile",
    t("account.mobile"),
    html`<dl class="facts"><dt>${t("account.mobile")}</dt><dd>${number}</dd><dt>${t("security.smsUse")}</dt><dd>${account.smsFactor ? t("security.on") : t("security.off")}</dd></dl>
<p class="hint">${t("security.smsHint")}</p>
<div class="actions"><a class="button quiet" href="/account/security/mobile">${t("security.changeMobile")}</a>${change}</div>`,
  );
}

function codes({ t }: View, visitor: Visitor, { factors }: SecurityState): Html {
  const { recoveryCodes } = factors;
  return panel(
    "codes",
    t("security.codes"),
    html`<p>${t("security.codesLead")}</p><dl class="facts"><dt>${t("security.codesLeft")}</dt><dd>${recoveryCodes}</dd></dl>
<form method="post" action="/account/security/codes">${formField(visitor)}<button type="submit" class="quiet">${recoveryCodes > 0 ? t("security.replaceCodes") : t("security.makeCodes")}</button></form>`,
  );
}
