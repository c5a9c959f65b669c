/** Cities of every kind, and laws that hold in each. */
import fc from "fast-check";
import { dayOf } from "../population/calendar.ts";
import { type Citizen, type CityPlan, type Household, populate } from "../population/population.ts";

export const plans: fc.Arbitrary<CityPlan> = fc.record({
  seed: fc.string({ maxLength: 8 }),
  citizens: fc.integer({ min: 3, max: 150 }),
  asOf: fc.integer({ min: dayOf(2026, 1, 1), max: dayOf(2035, 12, 31) }),
});

/** Holds for every household of every city. */
export function everyHousehold(law: (household: Household, plan: CityPlan) => void): void {
  fc.assert(
    fc.property(plans, (plan) => {
      for (const household of populate(plan)) law(household, plan);
    }),
    { numRuns: 25 },
  );
}

/** Holds for every citizen of every city. */
export function everyCitizen(law: (citizen: Citizen, plan: CityPlan) => void): void {
  everyHousehold((household, plan) => {
    for (const citizen of household.members) law(citizen, plan);
  });
}
