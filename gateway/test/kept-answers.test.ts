import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newCitizenId, startCity, type TestCity } from "./city.ts";

let city: TestCity;

beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());
beforeEach(() => {
  for (const { calls } of Object.values(city.subgraphs)) calls.length = 0;
});

const callsTo = (name: keyof TestCity["subgraphs"]) => city.subgraphs[name].calls.length;

describe("a citizen's pension, which changes once a month", () => {
  const query = "{ me { id pension { status contributionMonths } } }";

  it("is asked of the department once for her, and again for everybody else", async () => {
    const [ann, bob] = [newCitizenId(), newCitizenId()];
    const [hers, his] = await Promise.all([city.token(ann), city.token(bob)]);
    const first = await city.query(query, { token: hers });
    expect(first.data).toMatchObject({ me: { id: ann, pension: { status: "PAUSED" } } });
    await expect
      .poll(async () => {
        city.subgraphs.pension.calls.length = 0;
        expect(await city.query(query, { token: hers })).toMatchObject({ data: first.data });
        return callsTo("pension");
      })
      .toBe(0);
    expect((await city.query(query, { token: his })).data).toMatchObject({ me: { id: bob } });
    expect(callsTo("pension")).toBe(1);
  });

  it("is refused to a client without the right to it, though it is kept for the same citizen", async () => {
    const ann = newCitizenId();
    await city.query(query, { token: await city.token(ann) });
    const token = await city.token(ann, { claims: { scope: "citizen:read" } });
    const { data, errors } = await city.query(query, { token });
    expect(data).toEqual({ me: { id: ann, pension: null } });
    expect(errors).toMatchObject([{ path: ["me", "pension"], extensions: { code: "FORBIDDEN" } }]);
  });
});

describe("what no department has marked", () => {
  it("is asked for every time", async () => {
    const token = await city.token(newCitizenId());
    for (let times = 0; times < 3; times += 1) {
      const { headers } = await city.query("{ me { coverage { status } } }", { token });
      expect(headers.get("cache-control")).toBe("private, no-store");
    }
    expect(callsTo("citizen")).toBe(3);
    expect(callsTo("health")).toBe(3);
  });
});
