import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { citizenId } from "../../kit/test/citizens.ts";
import { startTestDepartment, type TestDepartment } from "../../kit/test/department.ts";
import { allNodes, argumentsOf, pageOf } from "../../kit/test/pages.ts";
import { startHealth } from "../server.ts";

const today = "2026-11-24";
const gulnar = citizenId("gulnar");
const child = citizenId("child");

let health: TestDepartment;
let newestEncounter: string;

beforeAll(async () => {
  health = await startTestDepartment("health", startHealth, today);
  await health.database.query(
    "INSERT INTO coverage VALUES ($1, 'EMPLOYEE', '2010-07-01', NULL, 123456), ($2, 'RESIDENT', '2025-01-01', '2025-12-31', NULL)",
    [gulnar, child],
  );
  // Pairs begin at the same instant, so that a page may end between equals.
  for (let day = 1; day <= 12; day += 1) {
    newestEncounter = randomUUID();
    await health.database.query(
      `INSERT INTO encounter VALUES ($1, $2, 'AMBULATORY', $3, $4, 'Hospital 1', 'Cardiology', 'Check', 10000, 7000)`,
      [
        newestEncounter,
        gulnar,
        `2026-10-${10 + Math.ceil(day / 2)}T09:30:00Z`,
        `2026-10-${10 + Math.ceil(day / 2)}T10:00:00Z`,
      ],
    );
    await health.database.query(
      `INSERT INTO medication_request SELECT gen_random_uuid(), id, citizen_id, 'Metformin ' || n, 'Daily', started_at, 'ACTIVE'
       FROM encounter, generate_series(1, 2) AS n WHERE id = $1`,
      [newestEncounter],
    );
  }
});

afterAll(() => health.close());

/** All nodes of a connection of the citizen, in pages of `first`. */
function nodesOf(field: string, first: number, fields: string) {
  return allNodes<{ id: string; start?: string }>(async (after) => {
    return (await health.own(gulnar, `list: ${field}(${argumentsOf(first, after)}) ${pageOf(fields)}`)).list;
  });
}

describe("the health department", () => {
  it("shows the cover of an employee with the balance of her account", async () => {
    expect(await health.own(gulnar, "coverage { scheme status start end accountBalance { amount currency } }")).toEqual(
      {
        coverage: {
          scheme: "EMPLOYEE",
          status: "ACTIVE",
          start: "2010-07-01",
          end: null,
          accountBalance: { amount: 123456, currency: "CNY" },
        },
      },
    );
  });

  it("shows a cover that has ended as cancelled, and no balance in the residents' scheme", async () => {
    expect(await health.own(child, "coverage { scheme status end accountBalance { amount } }")).toEqual({
      coverage: { scheme: "RESIDENT", status: "CANCELLED", end: "2025-12-31", accountBalance: null },
    });
  });

  it("shows the last encounter with its shared cost and its prescriptions", async () => {
    const { lastEncounter } = await health.own(
      gulnar,
      `lastEncounter { class start end serviceProvider serviceType reason medicationRequests { medication authoredOn status }
        cost { total { amount } coveredByFund { amount } paidByCitizen { amount } } }`,
    );
    expect(lastEncounter).toMatchObject({
      class: "AMBULATORY",
      start: "2026-10-16T09:30:00Z",
      end: "2026-10-16T10:00:00Z",
      serviceProvider: "Hospital 1",
      cost: { total: { amount: 10000 }, coveredByFund: { amount: 7000 }, paidByCitizen: { amount: 3000 } },
    });
    expect(lastEncounter.medicationRequests).toHaveLength(2);
    expect(lastEncounter.medicationRequests[0]).toMatchObject({ authoredOn: "2026-10-16T09:30:00Z", status: "ACTIVE" });
  });

  it("has nothing to show of a citizen whom it does not know", async () => {
    const fields =
      "id coverage { scheme } lastEncounter { id } encounters { edges { cursor } pageInfo { hasNextPage endCursor } }";
    expect(await health.own(citizenId("stranger"), fields)).toEqual({
      id: citizenId("stranger"),
      coverage: null,
      lastEncounter: null,
      encounters: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } },
    });
  });

  it.each([1, 5, 12, 100])("pages through encounters by %i without losing or repeating one", async (first) => {
    const encounters = await nodesOf("encounters", first, "id start");
    expect(new Set(encounters.map(({ id }) => id)).size).toBe(12);
    const starts = encounters.map(({ start }) => start);
    expect(starts).toEqual([...starts].sort().reverse());
  });

  it("pages through prescriptions by seven without losing or repeating one", async () => {
    const prescriptions = await nodesOf("medicationRequests", 7, "id");
    expect(new Set(prescriptions.map(({ id }) => id)).size).toBe(24);
  });

  it.each([
    ["first: 0", "first must be between 1 and 100."],
    ["first: -3", "first must be between 1 and 100."],
    ["first: 101", "first must be between 1 and 100."],
    ['after: "what"', "after is not a cursor of this list."],
    ['after: ""', "after is not a cursor of this list."],
    ['after: "WyJ4IiwieSJd"', "after is not a cursor of this list."],
    [`after: "${placeInYear("0000")}"`, "after is not a cursor of this list."],
  ])("refuses encounters(%s) and answers the rest", async (argument, message) => {
    const answer = await health.entities(
      gulnar,
      [gulnar],
      `encounters(${argument}) { edges { cursor } } coverage { scheme }`,
    );
    expect(answer.errors).toMatchObject([{ message, extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("refuses the data of another and still answers for the citizen herself", async () => {
    const answer = await health.entities(gulnar, [child, gulnar, citizenId("stranger")], "coverage { scheme }");
    expect(answer.data._entities).toEqual([null, { coverage: { scheme: "EMPLOYEE" } }, null]);
    expect(answer.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [["_entities", 0], "FORBIDDEN"],
      [["_entities", 2], "FORBIDDEN"],
    ]);
  });

  it("tells nobody who acts for a protected person in which hospital she was", async () => {
    const fields = "lastEncounter { serviceProvider reason }";
    expect((await health.actingFor(gulnar, [], fields)).data._entities[0].lastEncounter.serviceProvider).toBe(
      "Hospital 1",
    );
    const kept = await health.actingFor(gulnar, ["whereabouts"], fields);
    expect(kept.data._entities[0].lastEncounter).toBeNull();
    expect(kept.errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
    const where = await health.actingFor(gulnar, ["whereabouts"], "lastEncounter { reason }");
    expect(where.data._entities[0].lastEncounter.reason).toBe("Check");
  });

  it("keeps what a minor sought in confidence from her guardian, with its prescriptions, and from nobody else", async () => {
    const encounters = [
      ["心理科", "2026-11-02T09:00:00Z"],
      ["口腔科", "2026-11-01T09:00:00Z"],
    ];
    for (const [serviceType, start] of encounters) {
      const id = randomUUID();
      await health.database.query(
        "INSERT INTO encounter VALUES ($1, $2, 'AMBULATORY', $3, NULL, 'Hospital 1', $4, 'Talk', 100, 0)",
        [id, child, start, serviceType],
      );
      await health.database.query(
        "INSERT INTO medication_request VALUES (gen_random_uuid(), $1, $2, $3, 'Daily', $4, 'ACTIVE')",
        [id, child, `for ${serviceType}`, start],
      );
    }
    const fields = `lastEncounter { serviceType } encounters { edges { node { serviceType } } }
      medicationRequests { edges { node { medication } } }`;
    const told = await health.actingFor(child, [], fields);
    expect(JSON.stringify(told)).toContain("for 心理科");
    const kept = await health.actingFor(child, ["protected-services"], fields);
    expect(kept.errors).toBeUndefined();
    expect(kept.data._entities[0]).toEqual({
      lastEncounter: { serviceType: "口腔科" },
      encounters: { edges: [{ node: { serviceType: "口腔科" } }] },
      medicationRequests: { edges: [{ node: { medication: "for 口腔科" } }] },
    });
    expect(await health.own(child, "lastEncounter { serviceType }")).toEqual({
      lastEncounter: { serviceType: "心理科" },
    });
  });
});

/** A cursor that nobody was given: well-formed, in a year that the database may not know. */
function placeInYear(year: string): string {
  const place = [`${year}-01-01T00:00:00.000Z`, "00000000-0000-4000-8000-000000000000"];
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}
