/** Who lives together: how many, how old. */
import { addMonths, type Day } from "./calendar.ts";
import type { Random } from "./random.ts";
import type { RetirementTrack } from "./retirement.ts";

/** A person before her life is told. */
export interface Person {
  readonly birth: Day;
  readonly track: RetirementTrack;
}

type AgeRange = readonly [youngest: number, oldest: number];

const single: readonly AgeRange[] = [[19, 58]];
const couple: readonly AgeRange[] = [
  [24, 59],
  [24, 59],
];
const parents: readonly AgeRange[] = [
  [27, 48],
  [27, 48],
];
const child: AgeRange = [0, 17];
const grandparent: AgeRange = [62, 92];

const compositions = [
  [20, single],
  [20, couple],
  [14, [...parents, child]],
  [14, [...parents, child, child]],
  [3, [...parents, child, child, child]],
  [6, [[27, 48], child]],
  [8, [...parents, child, grandparent]],
  [5, [...parents, child, child, grandparent, grandparent]],
  [11, [grandparent]],
  [12, [grandparent, grandparent]],
] as const satisfies readonly (readonly [number, readonly AgeRange[]])[];

/** The members of a household on the day `asOf`, the eldest generation that keeps the house first. */
export function foundHousehold(random: Random, asOf: Day): Person[] {
  const ages: readonly AgeRange[] = random.weighted<readonly AgeRange[]>(compositions);
  return ages.map(([youngest, oldest]) => {
    const months = random.int(youngest * 12, oldest * 12 + 11);
    return { birth: addMonths(asOf, -months) - random.int(0, 27), track: pickTrack(random) };
  });
}

function pickTrack(random: Random): RetirementTrack {
  return random.weighted([
    [50, "male"],
    [25, "female_cadre"],
    [25, "female_worker"],
  ]);
}
