/** When a citizen is asked for whom she acts (`prompt=select_account` of OpenID Connect Core 1.0, 3.1.2.1). */
import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import type { Queryable } from "../../platform/postgres.ts";
import { delegationKindsOf } from "../provider/clients.ts";
import { actorOf } from "../provider/end-session.ts";
import type { SubjectOf } from "../provider/subjects.ts";
import { actedBefore } from "./acted-before.ts";
import { actingForOf } from "./acting-grant.ts";
import { rightsOf } from "./acting-right.ts";

/** Puts the question between signing in and consent, which is given for the person whom she acts for. */
export function addChoiceOfPerson(
  policy: interactionPolicy.DefaultPolicy,
  database: Queryable,
  subjectOf: SubjectOf,
): void {
  const { Check, Prompt } = interactionPolicy;
  const choose = new Prompt(
    { name: "select_account", requestable: true },
    new Check("person_not_chosen", "it is not known for whom she acts", (context) => mustChoose(context, database)),
  );
  policy.add(choose, policy.length - 1);
  acceptHintsOfActor(policy, subjectOf);
}

/**
 * At a client that knows delegation she is asked once in a session if there is anybody to act for, and again when
 * the grant of before is gone: whoever acted for another shall not find herself acting as herself unawares.
 */
async function mustChoose({ oidc }: KoaContextWithOIDC, database: Queryable): Promise<boolean> {
  const { client, session, grant } = oidc;
  if (!client || !session?.accountId || oidc.result?.select_account || actingForOf(grant) !== undefined) return false;
  const kinds = delegationKindsOf(client);
  if (kinds.length === 0) return false;
  return actedBefore(session, client.clientId) || (await rightsOf(database, session.accountId, kinds)).length > 0;
}

/**
 * An ID token names the person acted for, so that a client's hint need not name who signs in. It is good for her
 * who was the actor: else she would be asked to sign in again and again.
 */
function acceptHintsOfActor(policy: interactionPolicy.DefaultPolicy, subjectOf: SubjectOf): void {
  const hint = policy.get("login")?.checks.get("id_token_hint");
  if (!hint) throw new Error("oidc-provider has no check id_token_hint any more");
  const mismatches = hint.check;
  hint.check = (context) => {
    const { client, session, entities } = context.oidc;
    const actor = actorOf(entities.IdTokenHint?.payload ?? {});
    const isHers = client && session?.accountId && actor === subjectOf(session.accountId, client);
    return isHers ? false : mismatches(context);
  };
}
