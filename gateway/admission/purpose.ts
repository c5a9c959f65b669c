/** For what a caseworker reads: her application states it with each request, in a header. */
import type { TokenHolder } from "../../trust/access-token.ts";
import { HuiminError } from "../../trust/errors.ts";
import { purposeHeader, requirePurpose, type StatedPurpose } from "../../trust/purposes.ts";
import type { HttpRequest } from "../http/request.ts";

/** How certain it must be who a caseworker is before she reads anybody. */
const staffLevel = "urn:huimin:loa:3";

/**
 * The purpose of a request, or undefined when none is stated.
 *
 * @throws HuiminError what `requirePurpose` throws; `BAD_REQUEST` when it comes from somebody who is no caseworker,
 *   `INSUFFICIENT_USER_AUTHENTICATION` from one who signed in with less than a passkey
 */
export function statedPurpose(
  headers: HttpRequest["headers"],
  { department, role, level }: Pick<TokenHolder, "department" | "role" | "level">,
): StatedPurpose | undefined {
  const code = headers[purposeHeader];
  if (code === undefined) return undefined;
  if (department === null || role === null) {
    throw new HuiminError("BAD_REQUEST", {
      message: "Leave out the header Huimin-Purpose: caseworkers alone state one.",
    });
  }
  const purpose = requirePurpose(String(code), department, role);
  if (level === staffLevel) return purpose;
  throw new HuiminError("INSUFFICIENT_USER_AUTHENTICATION", { challenge: { acr_values: staffLevel } });
}
