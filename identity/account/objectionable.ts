/** To which entries of her history a citizen can say "this wasn't me". */
import type { HistoryKind } from "../history/history.ts";

/** What only she herself should have done. What ends access, or failed, harms nobody. */
const objectionable: ReadonlySet<HistoryKind> = new Set<HistoryKind>([
  "sign-in",
  "sign-in-new-device",
  "password-changed",
  "passkey-added",
  "passkey-removed",
  "totp-added",
  "totp-removed",
  "mobile-added",
  "mobile-removed",
  "recovery-codes-made",
  "recovery-code-used",
  "recovery-started",
  "recovery-completed",
  "recovered-at-counter",
  "consent-given",
  "device-connected",
  "delegation-given",
  "acted-for-another",
  "data-exported",
]);

export function isObjectionable({ kind }: { readonly kind: HistoryKind }): boolean {
  return objectionable.has(kind);
}
