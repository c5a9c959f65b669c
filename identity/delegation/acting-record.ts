/** That somebody acts for another, as both read it in their histories. */
import type { Database, Queryable } from "../../platform/postgres.ts";
import type { DelegationKind } from "../../trust/delegation.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { type HistoryKind, type RequestOrigin, recordHistory } from "../history/history.ts";
import { nameOfCitizen } from "../store/accounts.ts";
import type { ActingRight } from "./acting-right.ts";

export interface Acting {
  readonly actor: RawCitizenId;
  readonly right: ActingRight;
  readonly clientId: string;
  readonly origin: RequestOrigin;
}

/** Writes that `actor` begins to act for another at a client. */
export async function recordActing(database: Database, { actor, right, clientId, origin }: Acting): Promise<void> {
  await database.transaction(async (tx) => {
    const parties = await partiesOf(tx, { kind: right.kind, actor, principal: right.principal });
    await recordForBoth(tx, parties, { own: "acted-for-another", other: "acted-for-you", clientId, origin });
  });
}

/** Both sides of a delegation, by name. The other side of a company's is its legal representative. */
export interface Parties {
  readonly kind: DelegationKind;
  readonly actor: RawCitizenId;
  readonly actorName: string;
  /** Who reads the other history; null when the actor is the company's legal representative herself. */
  readonly other: RawCitizenId | null;
  readonly principalName: string;
}

export async function partiesOf(
  database: Queryable,
  {
    kind,
    actor,
    principal,
  }: { readonly kind: DelegationKind; readonly actor: RawCitizenId; readonly principal: string },
): Promise<Parties> {
  const actorName = (await nameOfCitizen(database, actor)) ?? "";
  if (kind !== "company-representative") {
    return {
      kind,
      actor,
      actorName,
      other: principal,
      principalName: (await nameOfCitizen(database, principal)) ?? "",
    };
  }
  const [company] = await database.query<{ name: string; legal_representative: RawCitizenId }>(
    "SELECT name, legal_representative FROM company WHERE company_id = $1",
    [principal],
  );
  const other = company && company.legal_representative !== actor ? company.legal_representative : null;
  return { kind, actor, actorName, other, principalName: company?.name ?? "" };
}

/** What both read. Only the one who did it has an origin: where she is is not the other's to know. */
export interface SharedEntry {
  /** In the history of the actor. */
  readonly own: HistoryKind;
  /** In the history of the person acted for. */
  readonly other: HistoryKind;
  readonly clientId?: string;
  readonly origin?: RequestOrigin;
  /** Whose request it was; the actor's unless told otherwise. */
  readonly by?: "actor" | "other";
}

/** Writes one thing into both histories: `name` is the other's, `basis` the kind of delegation. */
export async function recordForBoth(
  database: Queryable,
  { kind, actor, actorName, other, principalName }: Parties,
  { own, other: othersKind, clientId, origin, by = "actor" }: SharedEntry,
): Promise<void> {
  const client = clientId === undefined ? {} : { clientId };
  const seen = (who: "actor" | "other") => (origin && by === who ? { origin } : {});
  const ownDetail = { name: principalName, basis: kind };
  await recordHistory(database, { citizenId: actor, kind: own, ...client, ...seen("actor"), detail: ownDetail });
  if (other === null) return;
  const detail = { name: actorName, basis: kind };
  await recordHistory(database, { citizenId: other, kind: othersKind, ...client, ...seen("other"), detail });
}
