/** For what a caseworker or a company reads: the application states it with each request, in a header. */
import type { TokenHolder } from "../../trust/access-token.ts";
import { HuiminError } from "../../trust/errors.ts";
import { purposeHeader, type Reader, requirePurpose, type StatedPurpose } from "../../trust/purposes.ts";
import type { HttpRequest } from "../http/request.ts";

/** How certain it must be who a caseworker is before she reads anybody. */
const staffLevel = "urn:huimin:loa:3";

/**
 * The purpose of a request, or undefined when none is stated.
 *
 * @throws HuiminError what `requirePurpose` throws; `BAD_REQUEST` when it comes from neither a caseworker nor a company,
 *   `INSUFFICIENT_USER_AUTHENTICATION` from a caseworker who signed in with less than a passkey, `FORBIDDEN` when a
 *   company in its own name states none
 */
export function statedPurpose(
  headers: HttpRequest["headers"],
  holder: Pick<TokenHolder, "company" | "department" | "role" | "level">,
): StatedPurpose | undefined {
  const code = headers[purposeHeader];
  const reader = readerWith(holder);
  if (code === undefined) {
    if (reader?.kind !== "company") return undefined;
    throw new HuiminError("FORBIDDEN", {
      message: "State for what purpose your company asks in its own name, in the header Huimin-Purpose.",
    });
  }
  if (!reader) {
    throw new HuiminError("BAD_REQUEST", {
      message: "Leave out the header Huimin-Purpose: caseworkers state one, and companies in their own names.",
    });
  }
  const purpose = requirePurpose(String(code), reader);
  if (reader.kind === "company" || holder.level === staffLevel) return purpose;
  throw new HuiminError("INSUFFICIENT_USER_AUTHENTICATION", { challenge: { acr_values: staffLevel } });
}

/** Who somebody is that reads others; undefined for a citizen, and who acts for her. */
function readerWith({ company, department, role }: Pick<TokenHolder, "company" | "department" | "role">) {
  if (company !== null) return { kind: "company", sector: company } satisfies Reader;
  return department === null || role === null ? undefined : ({ kind: "caseworker", department, role } satisfies Reader);
}
