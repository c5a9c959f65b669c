/**
 * Whose the subgraphs are, and what may reach each organisation of what others give. A subgraph is handed it when a field
 * of its own needs it (`@requires`, `@fromContext`) or when it finds entities by it (`@key`). Whoever lets an organisation
 * receive more has it reviewed here.
 */
import type { Category } from "../trust/categories.ts";
import { governmentSector } from "../trust/pseudonym.ts";

/** A department, or a company. */
export interface OrganisationEntry {
  /** Who shares one form of the citizen ID: `government`, or a sector of the company's own. */
  readonly sector: string;
  /** The kinds of personal data that it may be handed of what other organisations give. */
  readonly receives: readonly Category[];
}

export interface OrganisationRegister {
  /** By name. */
  readonly organisations: Readonly<Record<string, OrganisationEntry>>;
  /** The organisation of each subgraph. */
  readonly subgraphs: Readonly<Record<string, string>>;
}

/** The city's. No department needs anything of another's today, so none receives anything. */
export const cityOrganisations: OrganisationRegister = {
  organisations: {
    "population-register": { sector: governmentSector, receives: [] },
    "health-department": { sector: governmentSector, receives: [] },
    "pension-department": { sector: governmentSector, receives: [] },
    "employment-department": { sector: governmentSector, receives: [] },
    "utilities-department": { sector: governmentSector, receives: [] },
    "water-company": { sector: "waterco", receives: [] },
    "power-company": { sector: "powerco", receives: [] },
  },
  subgraphs: {
    citizen: "population-register",
    health: "health-department",
    pension: "pension-department",
    employment: "employment-department",
    utilities: "utilities-department",
    water: "water-company",
    power: "power-company",
  },
};
