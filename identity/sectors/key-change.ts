/**
 * The change of a sector's key, in steps that lose nobody: the next version is accepted beside the present one
 * (begin), the sector renames its records by a mapping, the next version is issued (switch), the old one is no
 * longer accepted (end). Before the switch it can be called off (cancel).
 */

import type { Database, Queryable } from "../../platform/postgres.ts";
import { highestKeyVersion, type SectorVersions } from "../../trust/pseudonym.ts";
import { type ChangeOptions, recordChange } from "../admin/changes.ts";
import { AdminRefused } from "../admin/register.ts";
import { readSectorVersions } from "../store/sectors.ts";

export const keyChangeSteps = ["begin", "switch", "end", "cancel"] as const;

export type KeyChangeStep = (typeof keyChangeSteps)[number];

/** How long each step must have been in force before the next, in seconds. */
export interface KeyChangeWaits {
  /** Until every replica of identity and of the gateway has heard that the next version is accepted. */
  readonly switch: number;
  /** Until nothing counts any more that was signed with the old form inside. */
  readonly end: number;
}

/** What a step does, or would do. */
export interface KeyChangeReport {
  readonly sector: string;
  readonly step: KeyChangeStep;
  readonly before: SectorVersions;
  readonly after: SectorVersions;
  /** Clients whose `sub` it is about. */
  readonly clients: number;
  /** Citizens in the register: no sector can know more of them. */
  readonly citizens: number;
}

interface State {
  readonly issued_version: number;
  readonly also_accepted: number | null;
  /** Seconds since the step before. */
  readonly age: number;
  readonly switched: boolean;
}

const updates: Readonly<Record<KeyChangeStep, string>> = {
  begin: "also_accepted = issued_version + 1, change_begun_at = now()",
  switch: "issued_version = also_accepted, also_accepted = issued_version, change_switched_at = now()",
  end: "also_accepted = NULL, change_begun_at = NULL, change_switched_at = NULL",
  cancel: "also_accepted = NULL, change_begun_at = NULL",
};

/**
 * Takes one step.
 *
 * @throws AdminRefused when it is not the sector's turn for it
 */
export async function stepKeyChange(
  database: Database,
  sector: string,
  step: KeyChangeStep,
  waits: KeyChangeWaits,
  { actor, dryRun }: ChangeOptions,
): Promise<KeyChangeReport> {
  return await database.transaction(async (tx) => {
    const fault = faultOf(await stateOf(tx, sector), step, waits);
    if (fault !== null) throw new AdminRefused([{ entry: sector, field: null, message: fault }]);
    const before = await versionsOf(tx, sector);
    const after = nextVersions(before, step);
    if (!dryRun) {
      await tx.query(`UPDATE sector SET ${updates[step]} WHERE sector = $1`, [sector]);
      await recordChange(tx, actor, "sectors", { entry: sector, action: `key-${step}`, before, after });
    }
    return { sector, step, before, after, ...(await countsOf(tx, sector)) };
  });
}

async function stateOf(tx: Queryable, sector: string): Promise<State | undefined> {
  const [row] = await tx.query<State>(
    `SELECT issued_version, also_accepted, change_switched_at IS NOT NULL AS switched,
            extract(epoch FROM now() - coalesce(change_switched_at, change_begun_at, now()))::float8 AS age
     FROM sector WHERE sector = $1 AND retired_at IS NULL FOR UPDATE`,
    [sector],
  );
  return row;
}

function faultOf(state: State | undefined, step: KeyChangeStep, waits: KeyChangeWaits): string | null {
  if (!state) return "is not registered";
  const { also_accepted: other, switched, age, issued_version: issued } = state;
  if (step === "begin") {
    if (other !== null) return "is changing its key already";
    return issued < highestKeyVersion ? null : "has had every version that there can be";
  }
  if (other === null) return "is not changing its key: begin first";
  if (step === "end" ? !switched : switched) {
    return switched ? "has switched already: only the end is left" : "has not switched yet";
  }
  const left = step === "cancel" ? 0 : Math.ceil(waits[step] - age);
  return left > 0 ? `must wait ${left} seconds more, until everybody has taken up the step before` : null;
}

async function versionsOf(tx: Queryable, sector: string): Promise<SectorVersions> {
  const versions = (await readSectorVersions(tx)).get(sector);
  if (!versions) throw new Error("a sector that was there is gone");
  return versions;
}

function nextVersions({ issued, accepted }: SectorVersions, step: KeyChangeStep): SectorVersions {
  const other = accepted.find((version) => version !== issued) ?? issued + 1;
  if (step === "switch") return { issued: other, accepted };
  return { issued, accepted: step === "begin" ? [issued, other] : [issued] };
}

async function countsOf(tx: Queryable, sector: string): Promise<Pick<KeyChangeReport, "clients" | "citizens">> {
  const [row] = await tx.query<{ clients: number; citizens: number }>(
    `SELECT (SELECT count(*) FROM oidc_client WHERE metadata->>'sector' = $1) AS clients,
            (SELECT count(*) FROM citizen) AS citizens`,
    [sector],
  );
  return { clients: row?.clients ?? 0, citizens: row?.citizens ?? 0 };
}
