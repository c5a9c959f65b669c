/**
 * Who sees which part of the graph. The subgraphs say by `@tag` which root fields are for whom; what is seen under them
 * follows from this register, and composition writes it into the supergraph (`putAudiences`). Whoever lets an audience
 * see more has it reviewed here, or in the register of purposes.
 */
import { type Category, categories, isCategory } from "../trust/categories.ts";
import { type Purpose, purposes } from "../trust/purposes.ts";

/** Whose schema is a part of the whole: a contract of the gateway includes the audience's name as a tag. */
export interface Audience {
  /** The kinds of personal data that it sees. */
  readonly sees: readonly Category[];
  /** Of a company, its sector. It sees all that its own subgraphs give, and nothing that only other companies do. */
  readonly sector?: string;
}

export type AudienceRegister = Readonly<Record<string, Audience>>;

const kindsFor = (isTheirs: (purpose: Purpose) => boolean): readonly Category[] =>
  [...purposes.values()].filter(isTheirs).flatMap((purpose) => purpose.categories);

const companyOf = (sector: string): Audience => ({
  sector,
  sees: kindsFor(({ companies }) => companies.includes(sector)),
});

/** The city's, by name. */
export const cityAudiences: AudienceRegister = {
  public: { sees: [] },
  citizens: { sees: Object.keys(categories).filter(isCategory) },
  staff: { sees: kindsFor(({ caseworkers }) => Object.keys(caseworkers).length > 0) },
  waterco: companyOf("waterco"),
  powerco: companyOf("powerco"),
};
