import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSubgraph } from "../../../../subgraphs/kit/service.ts";
import { citizenId } from "../../../../subgraphs/kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../../../subgraphs/kit/test/department.ts";
import { askForEverything } from "../../../../subgraphs/kit/test/statements.ts";
import { water } from "../server.ts";

const today = "2026-11-24";
const customers = Array.from({ length: 1_000 }, (_, n) => citizenId(`customer ${n}`));
const [customer = ""] = customers;
const stranger = citizenId("stranger");

let company: TestDepartment;

beforeAll(async () => {
  company = await startTestDepartment("water", (...all) => startSubgraph(water, ...all), today);
  await company.database.query(
    "INSERT INTO account SELECT lpad(n::text, 16, '0'), id, '2025-03-01' FROM unnest($1::text[]) WITH ORDINALITY AS u (id, n)",
    [customers],
  );
  await company.database.query(
    `INSERT INTO bill SELECT gen_random_uuid(), number, month, 0.125, amount, due::date, paid::date
       FROM account, (VALUES ('2026-08', 100, '2026-09-30', '2026-09-02'), ('2026-09', 200, '2026-10-31', NULL),
         ('2026-10', 300, '2026-11-24', NULL)) AS bill (month, amount, due, paid)`,
  );
});
afterAll(() => company.close());

describe("the water company", () => {
  it("shows a customer her contract, what is due and her bills, newest first, each with where it stands", async () => {
    const fields =
      "waterAccount { number since amountDue { amount currency } bills { month consumption amount { amount } dueOn status paidOn } }";
    const bill = (month: string, amount: number, dueOn: string, status: string, paidOn: string | null = null) => ({
      ...{ month, consumption: 0.125, amount: { amount }, dueOn, status, paidOn },
    });
    expect(await company.own(customer, fields)).toEqual({
      waterAccount: {
        number: "0000000000000001",
        since: "2025-03-01",
        amountDue: { amount: 500, currency: "CNY" },
        bills: [
          bill("2026-10", 300, today, "OPEN"),
          bill("2026-09", 200, "2026-10-31", "OVERDUE"),
          bill("2026-08", 100, "2026-09-30", "PAID", "2026-09-02"),
        ],
      },
    });
  });

  it("gives as many bills as are asked for, up to a hundred", async () => {
    const bills = (first: number) => `waterAccount { bills(first: ${first}) { month } }`;
    expect(await company.own(customer, bills(1))).toEqual({ waterAccount: { bills: [{ month: "2026-10" }] } });
    const { errors } = await company.entities(customer, [customer], bills(101));
    expect(errors?.[0]?.extensions?.code).toBe("BAD_USER_INPUT");
  });

  it("has no contract for whoever is no customer", async () => {
    expect(await company.own(stranger, "waterAccount { number }")).toEqual({ waterAccount: null });
  });

  it("shows nobody the contract of another", async () => {
    const { data, errors } = await company.entities(stranger, [customer], "waterAccount { number }");
    expect(data._entities).toEqual([null]);
    expect(errors?.[0]?.extensions?.code).toBe("FORBIDDEN");
  });

  it("asks its database as often for a thousand customers as for two", async () => {
    const two = await askForEverything(water, company, customers.slice(0, 2));
    const thousand = await askForEverything(water, company, customers);
    expect(thousand.answer.errors).toBeUndefined();
    expect(thousand.answer.data._entities[999].waterAccount.bills).toHaveLength(3);
    expect(two.statements).toBeGreaterThan(0);
    expect(thousand.statements).toBe(two.statements);
  });
});
