/** Two people of the register, and how they sign in. */
import type { Database } from "../../../platform/postgres.ts";
import { hashPassword } from "../../credentials/password.ts";
import { checkDigit } from "../../credentials/resident-id.ts";

export interface TestCitizen {
  readonly citizenId: string;
  readonly residentId: string;
  readonly mobile: string;
  readonly password: string;
  readonly name: string;
}

/** A resident ID number of nobody: region 000000, right check digit. */
export function residentIdOf(birthDate: string, sequence: string): string {
  const digits = `000000${birthDate.replaceAll("-", "")}${sequence}`;
  return digits + checkDigit(digits);
}

export const aygul: TestCitizen = {
  citizenId: "5f0c2c0e-6f6e-4b0e-9a0e-0d3f8c9f1a01",
  residentId: residentIdOf("1989-12-31", "002"),
  mobile: "19900000001",
  password: "correct horse battery staple",
  name: "阿依古丽·买买提",
};

export const wei: TestCitizen = {
  citizenId: "0a7b3d3c-16ab-4c62-8d1c-5f3f4f6a2b02",
  residentId: residentIdOf("1956-02-29", "015"),
  mobile: "19900000002",
  password: "Пароль 密码 2026",
  name: "王伟",
};

export async function registerCitizens(database: Database): Promise<void> {
  for (const citizen of [aygul, wei]) {
    const digits = citizen.residentId.slice(6, 14);
    await database.query(
      `INSERT INTO citizen (citizen_id, resident_id, name, birth_date, address_district, address_line,
                            address_postal_code, preferred_language)
       VALUES ($1, $2, $3, $4, '新城区', '和平路 1 号', '000001', 'zh-CN')`,
      [citizen.citizenId, citizen.residentId, citizen.name, digits],
    );
    await openAccount(database, citizen);
  }
}

export async function openAccount(database: Database, citizen: TestCitizen): Promise<void> {
  await database.query("INSERT INTO account (citizen_id, mobile, password_hash) VALUES ($1, $2, $3)", [
    citizen.citizenId,
    citizen.mobile,
    await hashPassword(citizen.password),
  ]);
}
