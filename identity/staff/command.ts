/** `npm run staff`: caseworkers' accounts, as an operator keeps them. */
import { parseArgs } from "node:util";
import { StartRefused } from "../../platform/lifecycle.ts";
import type { Database } from "../../platform/postgres.ts";
import { emitSecurityEvent } from "../events/security-events.ts";
import { createStaff, disableStaff, enrolmentHours, findStaff, inviteStaff, listStaff } from "./accounts.ts";
import { enrolmentPath } from "./enrolment.ts";

const usage = `npm run --silent staff -- invite --department NAME --role NAME --name "TEXT"
       npm run --silent staff -- invite STAFF_ID | disable STAFF_ID | list`;

/**
 * Runs the command that `words` are.
 *
 * @returns what to tell the operator, once it is done
 * @throws StartRefused in one sentence when it cannot be understood or done
 */
export async function runStaffCommand(words: readonly string[], database: Database, issuer: string): Promise<string[]> {
  const { command, staffId, staff } = readWords(words);
  if (command === "list") return await list(database);
  if (command === "disable") return await disable(database, staffId);
  return await invite(database, issuer, staffId || staff);
}

type NewStaff = Parameters<typeof createStaff>[1];

function readWords(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    const options = { department: text, role: text, name: text };
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    const [command = "", staffId = "", ...more] = positionals;
    const { department = "", role = "", name = "" } = values;
    const isNew = command === "invite" && staffId === "";
    const isKnown = isNew || command === "list" || ((command === "invite" || command === "disable") && staffId !== "");
    if (!isKnown || more.length > 0 || (isNew && !areFields([department, role], name))) throw new Error();
    const staff: NewStaff = { department, role, displayName: name };
    return { command, staffId, staff };
  } catch {
    throw new StartRefused(`That is not a command about staff. Names are short, in lower case. Usage: ${usage}`);
  }
}

function areFields(names: readonly string[], text: string): boolean {
  return names.every((name) => /^[a-z][a-z0-9-]{0,60}$/.test(name)) && text.trim() !== "" && text.length <= 100;
}

async function invite(database: Database, issuer: string, whom: string | NewStaff): Promise<string[]> {
  const { staffId, code } = await database.transaction(async (tx) => {
    const id = typeof whom === "string" ? (await findStaff(tx, whom))?.staffId : await createStaff(tx, whom);
    if (id === undefined) throw new StartRefused("There is no open staff account with this ID.");
    return { staffId: id, code: await inviteStaff(tx, id) };
  });
  return [
    `staff ID  ${staffId}`,
    `page      ${issuer}${enrolmentPath}`,
    `code      ${code}`,
    `Hand the code over in person. It works once, within ${enrolmentHours} hours.`,
  ];
}

async function disable(database: Database, staffId: string): Promise<string[]> {
  const isOpen = (await findStaff(database, staffId)) !== undefined;
  const closed =
    isOpen &&
    (await database.transaction(async (tx) => {
      if (!(await disableStaff(tx, staffId))) return false;
      await emitSecurityEvent(tx, { accountId: staffId, kind: "account-disabled", reason: "operator" });
      return true;
    }));
  if (!closed) throw new StartRefused("There is no open staff account with this ID.");
  return ["The account is closed; its sessions and tokens are worth nothing from now on."];
}

async function list(database: Database): Promise<string[]> {
  const staff = await listStaff(database);
  return staff.map(({ staffId, department, role, displayName, passkeys, isDisabled }) =>
    [staffId, department, role, displayName, `${passkeys} passkeys`, ...(isDisabled ? ["closed"] : [])].join("  "),
  );
}
