/**
 * The synthetic city: households whose members, homes, jobs, pensions and health records agree with
 * one another. Pure: seed, number of citizens and day decide everything.
 */
import { type Day, formatDay } from "./calendar.ts";
import { type Contracts, signContracts } from "./companies.ts";
import { type DemoCitizen, demoCitizens } from "./demo.ts";
import { type HealthRecord, liveHealth } from "./health.ts";
import { foundHousehold, type Person } from "./household.ts";
import { type FamilyNames, familyNames, type PersonName } from "./names.ts";
import { insureOldAge, type PensionRecord } from "./pension.ts";
import { type Address, addressOf } from "./places.ts";
import { createRandom, type Random } from "./random.ts";
import { createResidentIdRegister, type ResidentIdRegister } from "./resident-id.ts";
import { type Premises, pickHabit, supply } from "./utilities.ts";
import { liveWork, type WorkingLife, workAs } from "./work.ts";

/** What decides a city. */
export interface CityPlan {
  readonly seed: string;
  /** Number of citizens, at least the demo citizens. */
  readonly citizens: number;
  /** The day on which the city is as it is: everything is told up to it. */
  readonly asOf: Day;
}

export interface Citizen {
  /** The raw citizen ID. */
  readonly citizenId: string;
  readonly residentId: string;
  /** Null for children, who have no account. */
  readonly mobile: string | null;
  readonly name: PersonName;
  readonly birthDate: string;
  readonly preferredLanguage: PreferredLanguage;
  readonly address: Address;
  readonly health: HealthRecord;
  /** Null for children. */
  readonly work: WorkingLife | null;
  /** Null for whoever has never taken part in the old-age insurance. */
  readonly pension: PensionRecord | null;
}

export type PreferredLanguage = "zh-CN" | "ug" | "kk" | "en";

/** People who live together, and the home they share. */
interface Home {
  readonly members: readonly Citizen[];
  readonly premises: Premises;
}

export interface Household extends Home {
  /** What the first member has signed. */
  readonly contracts: Contracts;
}

/** How likely somebody is a customer of a company. */
const usualChance = 0.4;

/** Most citizens for whom there are enough resident ID numbers and mobile numbers. */
export const mostCitizens = 500_000;

/** 154 is allotted to no operator, so nobody can be called by accident. */
const mobileRange = "154";

/** Tells the city household by household, the demo citizens' first; nothing is kept. */
export function* populate(plan: CityPlan): Generator<Household, void, undefined> {
  const residentIds = createResidentIdRegister();
  let citizens = 0;
  for (let index = 0; citizens < plan.citizens; index++) {
    const random = createRandom(`${plan.seed}/household/${index}`);
    const settler: Settler = { random, index, residentIds, asOf: plan.asOf, citizensBefore: citizens };
    const demo = demoCitizens[index];
    const home = demo ? settleDemo(settler, demo, plan.citizens - citizens) : settle(settler, plan.citizens - citizens);
    citizens += home.members.length;
    yield { ...home, contracts: contractsOf(plan, index, home, demo) };
  }
}

/** Drawn apart from the rest of the household's life, which companies do not change. Demo citizens have all there is. */
function contractsOf(
  { seed, asOf }: CityPlan,
  index: number,
  { members }: Home,
  demo: DemoCitizen | undefined,
): Contracts {
  const random = createRandom(`${seed}/contracts/${index}`);
  return signContracts(random, members.length, demo?.habit ?? pickHabit(random), asOf, demo ? 1 : usualChance);
}

/** What is needed to settle one household. */
interface Settler {
  readonly random: Random;
  readonly index: number;
  readonly residentIds: ResidentIdRegister;
  readonly asOf: Day;
  readonly citizensBefore: number;
}

function settle(settler: Settler, room: number): Home {
  const { random, asOf } = settler;
  const names = familyNames(random);
  const people = foundHousehold(random, asOf).slice(0, room);
  const members = people.map((person, i) => {
    const work = liveWork(random, person, asOf);
    return tellLife(settler, settler.citizensBefore + i, person, work, 0, names);
  });
  return { members, premises: supply(random, addressOf(settler.index), members.length, pickHabit(random), asOf) };
}

/** A child comes only where there is room: in the smallest city the demo citizens are all there is. */
function settleDemo(settler: Settler, demo: DemoCitizen, room: number): Home {
  const { random, asOf } = settler;
  const work = workAs(random, demo, asOf, demo.standing);
  const names = { next: () => demo.name };
  const citizen = tellLife(settler, settler.citizensBefore, demo, work, 2, names);
  const members = [citizen];
  if (demo.child && room > 1) {
    const { child } = demo;
    members.push(tellLife(settler, settler.citizensBefore + 1, child, null, 2, { next: () => child.name }));
  }
  const premises = supply(random, citizen.address, members.length, demo.habit, asOf);
  return { members: members.map((member) => ({ ...member, preferredLanguage: demo.preferredLanguage })), premises };
}

function tellLife(
  settler: Settler,
  index: number,
  person: Person,
  work: WorkingLife | null,
  leastEncounters: number,
  names: FamilyNames,
): Citizen {
  const { random, residentIds, asOf } = settler;
  return {
    citizenId: random.uuid(),
    residentId: residentIds.issue(person.birth),
    mobile: work && mobileRange + String(index + 1).padStart(8, "0"),
    name: names.next(random),
    birthDate: formatDay(person.birth),
    preferredLanguage: pickLanguage(random),
    address: addressOf(settler.index),
    health: liveHealth(random, person, work, asOf, leastEncounters),
    work,
    pension: work && insureOldAge(random, person, work, asOf),
  };
}

/** A preference, drawn apart from name and family: it says nothing about who somebody is. */
function pickLanguage(random: Random): PreferredLanguage {
  return random.weighted([
    [50, "zh-CN"],
    [30, "ug"],
    [12, "kk"],
    [8, "en"],
  ]);
}
