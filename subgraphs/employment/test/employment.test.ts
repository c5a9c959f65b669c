import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { startEmployment } from "../server.ts";

const nurse = citizenId("nurse");
const seeker = citizenId("seeker");
const quitter = citizenId("quitter");
const pensioner = citizenId("pensioner");

let employment: TestDepartment;

beforeAll(async () => {
  employment = await startTestDepartment("employment", startEmployment, "2026-11-24");
  await employment.database.query("INSERT INTO person VALUES ($1), ($2), ($3)", [nurse, seeker, quitter]);
  await employment.database.query("INSERT INTO person VALUES ($1, '2020-02-01')", [pensioner]);
  const jobs = [
    [nurse, "City Hospital", "Nurse", "2015-03-01", null],
    [nurse, "Clinic", "Assistant", "2012-01-01", "2013-06-30"],
    [nurse, "Ward", "Nurse", "2013-07-01", "2015-02-28"],
    [seeker, "Mill", "Weaver", "2016-01-01", "2026-06-30"],
    [pensioner, "Railway", "Driver", "1980-01-01", "2020-01-31"],
  ];
  for (const job of jobs) {
    await employment.database.query("INSERT INTO job VALUES ($1, $2, $3, $4, $5, $6)", [randomUUID(), ...job]);
  }
  await employment.database.query(
    "INSERT INTO unemployment VALUES ($1, '2026-07-05', true, 126, 4), ($2, '2026-10-01', false, 80, 0)",
    [seeker, quitter],
  );
});

afterAll(() => employment.close());

const everything = `employment { status job { employer occupation start end } formerJobs { employer end }
  unemployment { registeredOn benefit { months monthsLeft monthlyAmount { amount currency } } } }`;

describe("the employment department", () => {
  it("shows the present job and former ones, newest first", async () => {
    expect(await employment.own(nurse, everything)).toEqual({
      employment: {
        status: "EMPLOYED",
        job: { employer: "City Hospital", occupation: "Nurse", start: "2015-03-01", end: null },
        formerJobs: [
          { employer: "Ward", end: "2015-02-28" },
          { employer: "Clinic", end: "2013-06-30" },
        ],
        unemployment: null,
      },
    });
  });

  it("shows a registered person the benefit and what is left of it", async () => {
    expect(await employment.own(seeker, everything)).toEqual({
      employment: {
        status: "UNEMPLOYED",
        job: null,
        formerJobs: [{ employer: "Mill", end: "2026-06-30" }],
        unemployment: {
          registeredOn: "2026-07-05",
          benefit: { months: 24, monthsLeft: 20, monthlyAmount: { amount: 171_000, currency: "CNY" } },
        },
      },
    });
  });

  it("shows no benefit to somebody who left of her own will", async () => {
    expect((await employment.own(quitter, everything)).employment.unemployment).toEqual({
      registeredOn: "2026-10-01",
      benefit: null,
    });
  });

  it("shows a pensioner as retired", async () => {
    expect((await employment.own(pensioner, everything)).employment).toMatchObject({ status: "RETIRED", job: null });
  });

  it("has nothing to show of a child", async () => {
    expect(await employment.own(citizenId("child"), everything)).toEqual({ employment: null });
  });

  it("refuses the work of another", async () => {
    const answer = await employment.entities(nurse, [seeker, nurse], "employment { status }");
    expect(answer).toMatchObject({
      data: { _entities: [null, { employment: { status: "EMPLOYED" } }] },
      errors: [{ path: ["_entities", 0], extensions: { code: "FORBIDDEN" } }],
    });
  });

  it("holds one present job a person", async () => {
    const second = employment.database.query("INSERT INTO job VALUES ($1, $2, 'Other', 'Nurse', '2026-01-01')", [
      randomUUID(),
      nurse,
    ]);
    await expect(second).rejects.toThrow("job_present");
  });

  it("tells nobody who acts for a protected person where she works", async () => {
    const fields = "employment { status job { employer occupation } }";
    const shown = await employment.actingFor(nurse, [], fields);
    expect(shown.data._entities[0].employment.job.employer).toBe("City Hospital");
    const kept = await employment.actingFor(nurse, ["whereabouts"], fields);
    expect(kept.data._entities[0].employment).toEqual({ status: "EMPLOYED", job: null });
    expect(kept.errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
  });
});
