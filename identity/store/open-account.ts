/** Opening an account for a person of the population register. */
import type { Queryable } from "../../platform/postgres.ts";
import type { RawCitizenId } from "../../trust/pseudonym.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { type RequestOrigin, recordHistory } from "../history/history.ts";
import { type Account, findAccount } from "./accounts.ts";
import { addPasskey, type Passkey } from "./passkeys.ts";

/** What she said of herself, in the forms in which it is stored; the mobile is proved. */
export interface Applicant {
  readonly name: string;
  readonly residentId: string;
  readonly mobile: string;
}

export type FirstCredential =
  | { readonly kind: "password"; readonly passwordHash: string }
  | {
      readonly kind: "passkey";
      readonly passkey: Pick<Passkey, "credentialId" | "publicKey" | "counter" | "transports" | "synced">;
      /** The user handle that the authenticator was given. */
      readonly user: string;
    };

/**
 * Youngest age with an account of one's own. Data of younger children are processed with their guardians' consent
 * (PIPL, art. 31), and guardians act for them from accounts of their own.
 */
const youngestAge = 14;

interface Person {
  readonly citizenId: RawCitizenId;
  /** The mobile that the register knows of her. */
  readonly contact: string | null;
}

interface PersonRow {
  readonly citizen_id: string;
  readonly name: string;
  readonly name_latin: string | null;
  readonly contact_mobile: string | null;
  readonly is_old_enough: boolean;
}

/** Of one who may have an account: the name is compared by the caller, as people write it in more ways than one. */
async function findPerson(tx: Queryable, { name, residentId }: Applicant): Promise<Person | undefined> {
  const [row] = await tx.query<PersonRow>(
    `SELECT citizen_id, name, name_latin, contact_mobile,
            birth_date + make_interval(years => $2) <= (now() AT TIME ZONE 'Asia/Shanghai')::date AS is_old_enough
     FROM citizen WHERE resident_id = $1`,
    [residentId, youngestAge],
  );
  if (!row?.is_old_enough) return undefined;
  const names = [row.name, row.name_latin ?? row.name].map(plainName);
  return names.includes(plainName(name)) ? { citizenId: row.citizen_id, contact: row.contact_mobile } : undefined;
}

/** A name without what people put in differently: spaces, the dot between names, width and case of letters. */
function plainName(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s·•・‧∙.]/gu, "");
}

/**
 * Opens the account when the register's data agree with what she said, and neither she nor her mobile has one. A mobile
 * that the register knows of her must be the one that was proved; where it knows none, nothing shows that it is she, and
 * the account stays at level 1 until an officer proofs her (`recovery/open-at-counter.ts`).
 *
 * @returns the account; undefined when it was not opened, whatever the reason
 */
export async function openAccount(
  tx: Queryable,
  applicant: Applicant,
  credential: FirstCredential,
  origin: RequestOrigin,
): Promise<Account | undefined> {
  const person = await findPerson(tx, applicant);
  if (!person || (person.contact !== null && person.contact !== applicant.mobile)) return undefined;
  const { citizenId, contact } = person;
  const isPassword = credential.kind === "password";
  const opened = await tx.query(
    `INSERT INTO account (citizen_id, mobile, password_hash, sms_factor, proofing, passkey_user)
     VALUES ($1, $2, $3, $4, $6, coalesce($5::uuid, gen_random_uuid())) ON CONFLICT DO NOTHING RETURNING 1`,
    [
      citizenId,
      applicant.mobile,
      isPassword ? credential.passwordHash : null,
      // Her mobile is the second factor until she has a better one.
      isPassword,
      isPassword ? null : credential.user,
      contact === null ? "none" : "remote",
    ],
  );
  if (opened.length === 0) return undefined;
  if (credential.kind === "passkey") {
    const { kind: _kind, passkey } = credential;
    if (!(await addPasskey(tx, { ...passkey, citizenId, name: "Passkey" })))
      throw new Error("the passkey is another account's");
  }
  // She is back: her records are kept for as long as she stays.
  await tx.query("DELETE FROM closed_account WHERE citizen_id = $1", [citizenId]);
  await recordHistory(tx, { citizenId, kind: "account-opened", origin });
  if (contact !== null) {
    await recordHistory(tx, { citizenId, kind: "identity-proofed", origin, detail: { how: "remote" } });
  }
  await emitSecurityEvent(tx, {
    accountId: citizenId,
    kind: "credential-change",
    credential: credential.kind,
    change: "create",
  });
  return await findAccount(tx, citizenId);
}

/** The account of the person with this ID number, whose holder hears that somebody tried to open a second one. */
export async function findAccountOfPerson(database: Queryable, residentId: string): Promise<Account | undefined> {
  const [row] = await database.query<{ citizen_id: string }>("SELECT citizen_id FROM citizen WHERE resident_id = $1", [
    residentId,
  ]);
  return row && (await findAccount(database, row.citizen_id));
}
