import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { allNodes, argumentsOf, pageOf } from "../../kit/test/pages.ts";
import { billStatus } from "../rules/bill.ts";
import { startUtilities } from "../server.ts";

const today = "2026-11-24";
const mother = citizenId("mother");
const daughter = citizenId("daughter");
const neighbour = citizenId("neighbour");
const home = randomUUID();
const meter = randomUUID();

let utilities: TestDepartment;

/** Bills of twelve months for two services: the oldest paid, then overdue ones, one due today, one due later. */
async function insertBills(): Promise<void> {
  const due = ["2026-12-15", today, "2026-11-23", "2026-10-15", "2026-09-15"];
  for (let n = 0; n < 12; n += 1) {
    const month = `${n < 11 ? 2026 : 2025}-${String(n < 11 ? 11 - n : 12).padStart(2, "0")}`;
    const dueOn = due[n] ?? "2026-06-15";
    const paidOn = n < due.length ? null : "2026-06-01";
    for (const service of ["WATER", "POWER"]) {
      await utilities.database.query("INSERT INTO bill VALUES ($1, $2, $3, $4, 12.5, $5, $6, $7)", [
        randomUUID(),
        home,
        service,
        month,
        1_000 + n,
        dueOn,
        paidOn,
      ]);
    }
  }
}

beforeAll(async () => {
  utilities = await startTestDepartment("utilities", startUtilities, today);
  const { database } = utilities;
  await database.query("INSERT INTO premises VALUES ($1, 'Old Town', '1 Well Street', '830000')", [home]);
  await database.query("INSERT INTO resident VALUES ($1, $3), ($2, $3)", [mother, daughter, home]);
  await database.query("INSERT INTO meter VALUES ($1, $2, 'HEATING')", [meter, home]);
  await database.query(
    `INSERT INTO reading SELECT $1, '2026-' || lpad(n::text, 2, '0'), 100 + n * 1.125, 1.125 FROM generate_series(1, 11) AS n`,
    [meter],
  );
  await insertBills();
});

afterAll(() => utilities.close());

interface BillNode {
  readonly id: string;
  readonly month: string;
  readonly dueOn: string;
  readonly paidOn: string | null;
  readonly status: string;
}

/** All bills with this argument, in pages of `first`. */
function bills(argument: string, first = 5): Promise<BillNode[]> {
  return allNodes(async (after) => {
    const selection = pageOf("id month dueOn paidOn status");
    return (await utilities.own(mother, `bills(${argument} ${argumentsOf(first, after)}) ${selection}`)).bills;
  });
}

describe("the utilities department", () => {
  it("shows a home with its address, meters and newest readings", async () => {
    const fields =
      "premises { address { district line postalCode } meters { service unit readings(first: 2) { month value consumption } } }";
    expect(await utilities.own(mother, fields)).toEqual({
      premises: [
        {
          address: { district: "Old Town", line: "1 Well Street", postalCode: "830000" },
          meters: [
            {
              service: "HEATING",
              unit: "GIGAJOULE",
              readings: [
                { month: "2026-11", value: 112.375, consumption: 1.125 },
                { month: "2026-10", value: 111.25, consumption: 1.125 },
              ],
            },
          ],
        },
      ],
    });
  });

  it("shows everyone of a household the same bills and what is due on them", async () => {
    const fields =
      "amountDue { amount currency } bills(first: 100) { edges { node { id service consumption amount { amount } } } }";
    const ofMother = await utilities.own(mother, fields);
    expect(ofMother.amountDue).toEqual({ amount: 2 * (1_000 + 1_001 + 1_002 + 1_003 + 1_004), currency: "CNY" });
    expect(ofMother.bills.edges).toHaveLength(24);
    expect(await utilities.own(daughter, fields)).toEqual(ofMother);
  });

  it("pages through bills, newest month first, without losing or repeating one", async () => {
    const all = await bills("");
    expect(new Set(all.map(({ id }) => id)).size).toBe(24);
    expect(all.map(({ month }) => month)).toEqual(
      all
        .map(({ month }) => month)
        .sort()
        .reverse(),
    );
  });

  it("gives every bill the status that the rule gives it", async () => {
    for (const bill of await bills("")) expect(bill.status).toBe(billStatus(bill, today));
  });

  it.each([
    ["[OPEN]", 4],
    ["[OVERDUE]", 6],
    ["[OPEN, OVERDUE]", 10],
    ["[PAID]", 14],
    ["[PAID, OPEN, OVERDUE]", 24],
    ["null", 24],
    ["[]", 0],
  ])("finds by statuses %s the %i bills that the rule would find, and pages through them", async (statuses, count) => {
    const found = await bills(`statuses: ${statuses},`, 3);
    expect(new Set(found.map(({ id }) => id)).size).toBe(count);
    if (statuses !== "null") for (const { status } of found) expect(statuses).toContain(status);
  });

  it("gives a bill by its ID to the household alone, and does not tell others whether there is one", async () => {
    const [bill] = await bills("");
    const ask = async (who: string, id: string | undefined) => {
      const query =
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Bill { id status amount { amount } } } }";
      return await utilities.gateway.ask(utilities.endpoint, "utilities", who, query, {
        r: [{ __typename: "Bill", id }],
      });
    };
    const found = { data: { _entities: [{ id: bill?.id, status: bill?.status, amount: { amount: 1_000 } }] } };
    expect(await ask(mother, bill?.id)).toEqual(found);
    expect(await ask(daughter, bill?.id)).toEqual(found);
    const refused = { data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] };
    expect(await ask(neighbour, bill?.id)).toMatchObject(refused);
    expect(await ask(mother, randomUUID())).toMatchObject(refused);
    expect(await ask(mother, "no uuid")).toMatchObject(refused);
  });

  it("has nothing to show to somebody without a home here", async () => {
    expect(await utilities.own(neighbour, "premises { id } amountDue { amount } bills { edges { cursor } }")).toEqual({
      premises: [],
      amountDue: { amount: 0 },
      bills: { edges: [] },
    });
  });

  it.each(["readings(first: 0) { month }", "readings(first: 101) { month }"])("refuses %s", async (field) => {
    const answer = await utilities.entities(mother, [mother], `premises { meters { ${field} } }`);
    expect(answer.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("refuses the home of another", async () => {
    const answer = await utilities.entities(neighbour, [mother], "premises { id }");
    expect(answer).toMatchObject({ data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] });
  });

  it("tells nobody who acts for a protected person where her home is", async () => {
    const fields = "premises { address { line } } amountDue { amount }";
    const shown = await utilities.actingFor(mother, [], fields);
    expect(shown.data._entities[0].premises[0].address.line).toBe("1 Well Street");
    const kept = await utilities.actingFor(mother, ["whereabouts"], fields);
    expect(kept.data._entities[0]).toEqual({ premises: null, amountDue: shown.data._entities[0].amountDue });
    expect(JSON.stringify(kept)).not.toContain("Well Street");
  });
});
