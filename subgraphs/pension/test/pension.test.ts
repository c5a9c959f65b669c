import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { allNodes, argumentsOf, pageOf } from "../../kit/test/pages.ts";
import { startPension } from "../server.ts";

const worker = citizenId("worker");
const late = citizenId("late starter");
const retired = citizenId("retired");
const resident = citizenId("resident");

let pension: TestDepartment;

beforeAll(async () => {
  pension = await startTestDepartment("pension", startPension, "2026-11-24");
  await pension.database.query(
    `INSERT INTO participant VALUES
     ($1, 'EMPLOYEE', '1980-05', 'male', true, 100, 1.2, 5000000, NULL),
     ($2, 'EMPLOYEE', '1975-01', 'female_worker', false, 30, 0.8, 90000, NULL),
     ($3, 'EMPLOYEE', '1960-02', 'male', false, 420, 1, 0, '2020-02'),
     ($4, 'RESIDENT', '1970-03', 'female_worker', true, 200, 0, 278000, NULL)`,
    [worker, late, retired, resident],
  );
  await pension.database.query(
    `INSERT INTO contribution
     SELECT $1, to_char(date '2026-10-01' - n * interval '1 month', 'YYYY-MM'), 1000000, 160000, 80000 FROM generate_series(0, 129) AS n`,
    [worker],
  );
  await pension.database.query(
    `INSERT INTO payment SELECT $1, to_char(day, 'YYYY-MM'), day, 412345
     FROM generate_series(date '2020-02-15', date '2026-11-15', interval '1 month') AS day`,
    [retired],
  );
});

afterAll(() => pension.close());

describe("the pension department", () => {
  it("shows an employee's account with what it is going to pay", async () => {
    const fields = `status scheme contributionMonths accountBalance { amount currency } lastPayment { month }
      forecast { retirementMonth retirementAgeMonths contributionMonthsAtRetirement minimumReached monthlyAmount { amount } }`;
    const account = (await pension.own(worker, `pension { ${fields} }`)).pension;
    // Born in May 1980: 63 years. 230 months paid, 198 to come, each adding 80,000 fen to the account.
    expect(account).toEqual({
      status: "CONTRIBUTING",
      scheme: "EMPLOYEE",
      contributionMonths: 230,
      accountBalance: { amount: 5_000_000, currency: "CNY" },
      lastPayment: null,
      forecast: {
        retirementMonth: "2043-05",
        retirementAgeMonths: 756,
        contributionMonthsAtRetirement: 428,
        minimumReached: true,
        monthlyAmount: {
          amount: Math.round(((780_000 * 2.2) / 2) * (428 / 12) * 0.01 + (5_000_000 + 198 * 80_000) / 117),
        },
      },
    });
  });

  it("promises no amount to somebody who has paused before the least number of months", async () => {
    const { pension: account } = await pension.own(
      late,
      "pension { status forecast { minimumReached monthlyAmount { amount } retirementMonth } }",
    );
    expect(account).toEqual({
      status: "PAUSED",
      forecast: { minimumReached: false, monthlyAmount: null, retirementMonth: "2025-02" },
    });
  });

  it("shows a pensioner her last payment and no forecast", async () => {
    const { pension: account } = await pension.own(
      retired,
      "pension { status forecast { retirementMonth } lastPayment { month paidOn amount { amount currency } } contributionMonths }",
    );
    expect(account).toEqual({
      status: "RECEIVING",
      forecast: null,
      lastPayment: { month: "2026-11", paidOn: "2026-11-15", amount: { amount: 412_345, currency: "CNY" } },
      contributionMonths: 420,
    });
  });

  it("reckons a resident's pension by the residents' rules", async () => {
    const { pension: account } = await pension.own(
      resident,
      "pension { scheme forecast { retirementMonth retirementAgeMonths monthlyAmount { amount } } }",
    );
    expect(account).toEqual({
      scheme: "RESIDENT",
      forecast: { retirementMonth: "2030-03", retirementAgeMonths: 720, monthlyAmount: { amount: 22_000 } },
    });
  });

  it("has nothing to show of somebody who has never taken part", async () => {
    expect(await pension.own(citizenId("child"), "pension { status }")).toEqual({ pension: null });
  });

  it.each([
    ["contributions", worker, 130],
    ["payments", retired, 82],
  ])("pages through %s by month, newest first, without losing or repeating one", async (field, citizen, count) => {
    const nodes = await allNodes<{ month: string }>(async (after) => {
      return (await pension.own(citizen, `pension { list: ${field}(${argumentsOf(50, after)}) ${pageOf("month")} }`))
        .pension.list;
    });
    const months = nodes.map(({ month }) => month);
    expect(new Set(months).size).toBe(count);
    expect(months).toEqual([...months].sort().reverse());
  });

  it("shows the parts of a contribution", async () => {
    const { pension: account } = await pension.own(
      worker,
      "pension { contributions(first: 1) { edges { node { month base { amount } employerPart { amount } citizenPart { amount } } } } }",
    );
    expect(account.contributions.edges).toEqual([
      {
        node: {
          month: "2026-10",
          base: { amount: 1_000_000 },
          employerPart: { amount: 160_000 },
          citizenPart: { amount: 80_000 },
        },
      },
    ]);
  });

  it("refuses a cursor of another list", async () => {
    const answer = await pension.entities(
      worker,
      [worker],
      'pension { payments(after: "WyJ4Il0") { edges { cursor } } }',
    );
    expect(answer.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("refuses the pension of another", async () => {
    const answer = await pension.entities(worker, [retired], "pension { status }");
    expect(answer).toMatchObject({ data: { _entities: [null] }, errors: [{ extensions: { code: "FORBIDDEN" } }] });
  });
});
