/**
 * Whom a request may name. The gateway turns one sector's form of a citizen into another's: whoever could have it turn
 * any would join two companies' tables by asking.
 */
import { HuiminError } from "../../trust/errors.ts";
import { pseudonymPattern } from "../../trust/pseudonym.ts";
import { citizensNamed, type NamedCitizens } from "../operation/named-citizens.ts";
import type { Variables } from "../operation/operation.ts";
import { type Admitted, peopleOf } from "./admit.ts";

/**
 * Whether somebody may name this citizen: herself, and the one for whom she acts, whose grant was looked at when the
 * token was made; anybody for a registered purpose, of which the categories say what may be read.
 *
 * @param citizenId in the form that is used inside
 */
export function mayName(admitted: Admitted, citizenId: string): boolean {
  // A gateway without sign-in translates nobody: whoever comes there is for the subgraphs to judge.
  if (admitted.kind === "unchecked") return true;
  return (
    peopleOf(admitted).includes(citizenId) || (admitted.kind === "signed in" && admitted.caller.purpose !== undefined)
  );
}

/**
 * Holds those whom a request names against who asks, before anything is asked of anybody.
 *
 * @throws HuiminError `FORBIDDEN`, whether or not such a citizen exists
 */
export function requireNameable(admitted: Admitted, named: NamedCitizens, variables: Variables): void {
  for (const citizenId of citizensNamed(named, variables)) {
    // What is no citizen ID at all the subgraph refuses in better words.
    if (!pseudonymPattern.test(citizenId) || mayName(admitted, citizenId)) continue;
    throw new HuiminError("FORBIDDEN", { detail: "the request names a citizen whom its token does not" });
  }
}

/**
 * Refuses documents of companies' clients that name somebody in their text: a document is compiled once for the clients of
 * all sectors, and can be right for one.
 *
 * @throws HuiminError `BAD_USER_INPUT`
 */
export function requireNamesInVariables({ literals, inText }: NamedCitizens): void {
  if (literals.length === 0 && !inText) return;
  throw new HuiminError("BAD_USER_INPUT", {
    message: "Give citizen IDs and shared keys as variables, not in the text of the operation.",
  });
}
