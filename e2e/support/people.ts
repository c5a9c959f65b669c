/** People whom the population register knows and who have no account yet, and what is sent to their mobiles. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { expect } from "vitest";
import { checkDigit } from "../../city/population/resident-id.ts";
import type { City } from "./city.ts";

/** Somebody old enough to let others act for her. */
export interface Person {
  readonly citizenId: string;
  readonly residentId: string;
  readonly mobile: string;
  readonly name: string;
}

/** Enters a person of 64 in the register, and a child whose guardian she is. @param number tells her from the others */
export async function enterPerson(database: pg.Client, name: string, number: number): Promise<Person> {
  const citizenId = randomUUID();
  const child = randomUUID();
  const person = {
    citizenId,
    residentId: residentId("19620314", 900 + number),
    mobile: `1997700${String(1000 + number)}`,
    name,
  };
  const columns = "INSERT INTO identity.citizen (citizen_id, resident_id, name, birth_date) VALUES ($1, $2, $3, $4)";
  await database.query(columns, [citizenId, person.residentId, name, "1962-03-14"]);
  await database.query("UPDATE identity.citizen SET contact_mobile = $2 WHERE citizen_id = $1", [
    citizenId,
    person.mobile,
  ]);
  await database.query(columns, [child, residentId("20180601", 900 + number), `${name} 2`, "2018-06-01"]);
  await database.query(
    `INSERT INTO identity.guardianship (guardian, ward, kind, valid_from)
     VALUES ($1, $2, 'appointed-guardian', now() - interval '1 day')`,
    [citizenId, child],
  );
  return person;
}

function residentId(birth: string, sequence: number): string {
  const digits = `000000${birth}${sequence}`;
  return digits + checkDigit(digits);
}

/** A caseworker, and the one-time code that she is handed. */
export async function inviteCaseworker(database: pg.Client, department = "health"): Promise<string> {
  const staffId = randomUUID();
  const code = randomBytes(20).toString("base64url");
  await database.query(
    "INSERT INTO identity.staff_account (staff_id, department, role, display_name) VALUES ($1, $2, 'caseworker', '李明')",
    [staffId, department],
  );
  await database.query(
    "INSERT INTO identity.staff_enrolment (token_hash, staff_id, expires_at) VALUES ($1, $2, now() + interval '1 hour')",
    [createHash("sha256").update(code).digest(), staffId],
  );
  return code;
}

/** A mobile in somebody's hand; in the city of `npm start` the log stands for the network. */
export interface Mobile {
  /** The next message that fits, none of which it gives twice. */
  next(pattern: RegExp): Promise<string>;
}

export function mobileOf({ data }: Pick<City, "data">, { mobile }: Pick<Person, "mobile">): Mobile {
  const to = `${mobile.slice(0, 3)}****${mobile.slice(7)}`;
  let read = 0;
  return {
    next: async (pattern) => {
      let found: string | undefined;
      const look = async () => {
        const lines = (await readFile(join(data, "logs", "identity.log"), "utf8")).split("\n");
        const at = lines.findIndex((line, i) => i >= read && line.includes(to) && pattern.test(textOf(line)));
        if (at >= 0) {
          read = at + 1;
          found = pattern.exec(textOf(lines[at] ?? ""))?.[0];
        }
        return found;
      };
      await expect.poll(look, { interval: 50 }).toBeDefined();
      return found ?? "";
    },
  };
}

function textOf(line: string): string {
  return (JSON.parse(line) as { text?: string }).text ?? "";
}
