import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSubgraph } from "../../../../subgraphs/kit/service.ts";
import { citizenId } from "../../../../subgraphs/kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../../../subgraphs/kit/test/department.ts";
import { power } from "../server.ts";

const customer = citizenId("customer");
const stranger = citizenId("stranger");

let company: TestDepartment;

beforeAll(async () => {
  company = await startTestDepartment("power", (...all) => startSubgraph(power, ...all), "2026-11-24");
  await company.database.query("INSERT INTO account VALUES ('1234567890123456', $1, '2025-03-01')", [customer]);
  await company.database.query(
    `INSERT INTO bill VALUES
       (gen_random_uuid(), '1234567890123456', '2026-09', 100, 60, 4340, '2026-10-31', NULL),
       (gen_random_uuid(), '1234567890123456', '2026-10', 50, 50, 1550, '2026-11-30', NULL)`,
  );
});
afterAll(() => company.close());

describe("the power company", () => {
  it("shows a customer her contract, what is due and her bills, with what was charged by night", async () => {
    const fields =
      "powerAccount { number since amountDue { amount } bills { month consumption nightConsumption amount { amount } status } }";
    expect(await company.own(customer, fields)).toEqual({
      powerAccount: {
        number: "1234567890123456",
        since: "2025-03-01",
        amountDue: { amount: 5_890 },
        bills: [
          { month: "2026-10", consumption: 50, nightConsumption: 50, amount: { amount: 1_550 }, status: "OPEN" },
          { month: "2026-09", consumption: 100, nightConsumption: 60, amount: { amount: 4_340 }, status: "OVERDUE" },
        ],
      },
    });
  });

  it("has no contract for whoever is no customer, and shows nobody that of another", async () => {
    expect(await company.own(stranger, "powerAccount { number }")).toEqual({ powerAccount: null });
    const { data, errors } = await company.entities(stranger, [customer], "powerAccount { number }");
    expect(data._entities).toEqual([null]);
    expect(errors?.[0]?.extensions?.code).toBe("FORBIDDEN");
  });
});
