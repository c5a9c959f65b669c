/** The city as rows: which household fills which table of which service. */
import type { Company } from "../companies/sectors.ts";
import { formatDay, formatInstant, formatMonth } from "../population/calendar.ts";
import type { Contract, ContractBill, Contracts } from "../population/companies.ts";
import type { Moment } from "../population/health.ts";
import type { Citizen } from "../population/population.ts";
import type { Premises } from "../population/utilities.ts";
import type { Row } from "./copy.ts";

/** The services that have a schema of their own. */
export const storingServices = ["identity", "health", "pension", "employment", "utilities", "water", "power"] as const;

export type StoringService = (typeof storingServices)[number];

/** A citizen with what her record is known by outside identity. */
export interface Resident {
  readonly citizen: Citizen;
  /** The citizen ID in the form of the government sector. */
  readonly pseudonym: string;
}

/** A household as it is loaded. */
export interface HouseholdToLoad {
  readonly residents: readonly Resident[];
  readonly premises: Premises;
  readonly contracts: Contracts;
  /** Who has signed them, as each company knows her. */
  readonly customer: Readonly<Record<Company, string>>;
  /** The password of all its members, hashed. */
  readonly passwordHash: string;
}

/** A table and how a household fills it. */
export interface Table {
  readonly name: string;
  readonly columns: string;
  readonly rows: (household: HouseholdToLoad) => Row[];
}

function eachResident(rows: (resident: Resident) => Row[]): Table["rows"] {
  return ({ residents }) => residents.flatMap(rows);
}

const identity: Table[] = [
  {
    name: "citizen",
    columns:
      "citizen_id, resident_id, name, name_latin, birth_date, address_district, address_line, address_postal_code, preferred_language, contact_mobile",
    rows: eachResident(
      ({ citizen: { citizenId, residentId, name, birthDate, address, preferredLanguage, mobile } }) => [
        [
          citizenId,
          residentId,
          name.text,
          name.latin,
          birthDate,
          address.district,
          address.line,
          address.postalCode,
          preferredLanguage,
          mobile,
        ],
      ],
    ),
  },
  {
    name: "account",
    columns: "citizen_id, mobile, password_hash",
    rows: ({ residents, passwordHash }) =>
      residents
        .filter(({ citizen }) => citizen.mobile !== null)
        .map(({ citizen }) => [citizen.citizenId, citizen.mobile, passwordHash]),
  },
  {
    name: "guardianship",
    columns: "guardian, ward, kind, valid_from",
    rows: ({ residents }) => {
      const citizens = residents.map(({ citizen }) => citizen);
      return citizens
        .filter(({ work }) => work === null)
        .flatMap((child) =>
          citizens
            .filter(isParent)
            .map((parent) => [parent.citizenId, child.citizenId, "parent-of-minor", child.birthDate]),
        );
    },
  },
];

/** Of those who live with a child, the grown-ups who have not retired: grandparents have. */
function isParent({ work }: Citizen): boolean {
  return work !== null && work.pensionSince === null;
}

const health: Table[] = [
  {
    name: "coverage",
    columns: "citizen_id, scheme, start_on, end_on, account_balance",
    rows: eachResident(({ pseudonym, citizen: { health } }) => {
      const coverage = health.coverage;
      if (!coverage) return [];
      return [[pseudonym, coverage.scheme, formatDay(coverage.start), day(coverage.end), coverage.accountBalance]];
    }),
  },
  {
    name: "encounter",
    columns:
      "id, citizen_id, class, started_at, ended_at, service_provider, service_type, reason, total_cost, covered_by_fund",
    rows: eachResident(({ pseudonym, citizen: { health } }) =>
      health.encounters.map((encounter) => [
        encounter.id,
        pseudonym,
        encounter.class,
        instant(encounter.start),
        encounter.end && instant(encounter.end),
        encounter.serviceProvider,
        encounter.serviceType,
        encounter.reason,
        encounter.totalCost,
        encounter.coveredByFund,
      ]),
    ),
  },
  {
    name: "medication_request",
    columns: "id, encounter_id, citizen_id, medication, dosage_instruction, authored_on, status",
    rows: eachResident(({ pseudonym, citizen: { health } }) =>
      health.encounters.flatMap((encounter) =>
        encounter.prescriptions.map(({ id, medication, dosageInstruction, authoredOn, status }) => [
          id,
          encounter.id,
          pseudonym,
          medication,
          dosageInstruction,
          instant(authoredOn),
          status,
        ]),
      ),
    ),
  },
];

const pension: Table[] = [
  {
    name: "participant",
    columns:
      "citizen_id, scheme, birth_month, retirement_track, contributing, carried_months, wage_index, account_balance, pension_since",
    rows: eachResident(({ pseudonym, citizen: { pension } }) => {
      if (!pension) return [];
      const since = pension.pensionSince === null ? null : formatMonth(pension.pensionSince);
      const { scheme, track, contributing, carriedMonths, wageIndex, accountBalance } = pension;
      const birthMonth = formatMonth(pension.birthMonth);
      return [[pseudonym, scheme, birthMonth, track, contributing, carriedMonths, wageIndex, accountBalance, since]];
    }),
  },
  {
    name: "contribution",
    columns: "citizen_id, month, base, employer_part, citizen_part",
    rows: eachResident(({ pseudonym, citizen: { pension } }) =>
      (pension?.contributions ?? []).map(({ month, base, employerPart, citizenPart }) => [
        pseudonym,
        formatMonth(month),
        base,
        employerPart,
        citizenPart,
      ]),
    ),
  },
  {
    name: "payment",
    columns: "citizen_id, month, paid_on, amount",
    rows: eachResident(({ pseudonym, citizen: { pension } }) =>
      (pension?.payments ?? []).map(({ month, paidOn, amount }) => [
        pseudonym,
        formatMonth(month),
        formatDay(paidOn),
        amount,
      ]),
    ),
  },
];

const employment: Table[] = [
  {
    name: "person",
    columns: "citizen_id, retired_on",
    rows: eachResident(({ pseudonym, citizen: { work } }) => {
      if (!work) return [];
      return [[pseudonym, work.pensionSince === null ? null : `${formatMonth(work.pensionSince)}-01`]];
    }),
  },
  {
    name: "job",
    columns: "id, citizen_id, employer, occupation, start_on, end_on",
    rows: eachResident(({ pseudonym, citizen: { work } }) =>
      (work?.jobs ?? []).map(({ id, employer, occupation, start, end }) => [
        id,
        pseudonym,
        employer,
        occupation,
        formatDay(start),
        day(end),
      ]),
    ),
  },
  {
    name: "unemployment",
    columns: "citizen_id, registered_on, involuntary, contribution_months, months_paid",
    rows: eachResident(({ pseudonym, citizen: { work } }) => {
      if (!work?.unemployment) return [];
      const { registeredOn, involuntary, contributionMonths, monthsPaid } = work.unemployment;
      return [[pseudonym, formatDay(registeredOn), involuntary, contributionMonths, monthsPaid]];
    }),
  },
];

const utilities: Table[] = [
  {
    name: "premises",
    columns: "id, district, line, postal_code",
    rows: ({ premises: { id, address } }) => [[id, address.district, address.line, address.postalCode]],
  },
  {
    name: "resident",
    columns: "citizen_id, premises_id",
    rows: ({ residents, premises }) => residents.map(({ pseudonym }) => [pseudonym, premises.id]),
  },
  {
    name: "meter",
    columns: "id, premises_id, service",
    rows: ({ premises }) => premises.meters.map(({ id, service }) => [id, premises.id, service]),
  },
  {
    name: "reading",
    columns: "meter_id, month, value, consumption",
    rows: ({ premises }) =>
      premises.meters.flatMap(({ id, readings }) =>
        readings.map(({ month, value, consumption }) => [id, formatMonth(month), value / 1_000, consumption / 1_000]),
      ),
  },
  {
    name: "bill",
    columns: "id, premises_id, service, month, consumption, amount, due_on, paid_on",
    rows: ({ premises }) =>
      premises.bills.map(({ id, service, month, consumption, amount, dueOn, paidOn }) => [
        id,
        premises.id,
        service,
        formatMonth(month),
        consumption / 1_000,
        amount,
        formatDay(dueOn),
        day(paidOn),
      ]),
  },
];

function accounts(company: Company): Table {
  return {
    name: "account",
    columns: "number, citizen_id, since",
    rows: ({ contracts: { [company]: contract }, customer }) =>
      contract ? [[contract.number, customer[company], formatDay(contract.since)]] : [],
  };
}

function billCells(
  { number }: Contract<unknown>,
  { id, month, consumption, amount, dueOn, paidOn }: ContractBill,
): Row {
  return [id, number, formatMonth(month), consumption / 1_000, amount, formatDay(dueOn), day(paidOn)];
}

const contractBillColumns = "id, account, month, consumption, amount, due_on, paid_on";

const water: Table[] = [
  accounts("water"),
  {
    name: "bill",
    columns: contractBillColumns,
    rows: ({ contracts: { water } }) => water?.bills.map((bill) => billCells(water, bill)) ?? [],
  },
];

const power: Table[] = [
  accounts("power"),
  {
    name: "bill",
    columns: `${contractBillColumns}, night_consumption`,
    rows: ({ contracts: { power } }) =>
      power?.bills.map((bill) => [...billCells(power, bill), bill.nightConsumption / 1_000]) ?? [],
  },
];

/** The tables of each service, those that others point to first. */
export const tablesOf: Readonly<Record<StoringService, readonly Table[]>> = {
  identity,
  health,
  pension,
  employment,
  utilities,
  water,
  power,
};

function day(value: number | null): string | null {
  return value === null ? null : formatDay(value);
}

function instant({ day: on, minute }: Moment): string {
  return formatInstant(on, minute);
}
