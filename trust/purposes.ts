/**
 * For what purposes caseworkers and companies may read citizens' data: the reviewed register. Gateway and subgraphs each
 * decide by a copy of their own (`docs/decisions/0029-a-purpose-is-stated-with-each-request.md`, and 0031 for companies).
 */
import type { Language } from "../platform/i18n.ts";
import type { Category } from "./categories.ts";
import { HuiminError } from "./errors.ts";

/** The HTTP header in which a caseworker's application, or a company's, states the purpose of a request. */
export const purposeHeader = "huimin-purpose";

/** A registered reason to read. */
export interface Purpose {
  /** What the citizen reads of it in her history. */
  readonly wording: Readonly<Record<Language, string>>;
  /** The laws of the PRC that it rests on. */
  readonly legalBasis: readonly string[];
  /** What may be read for it; nothing else. */
  readonly categories: readonly Category[];
  /** The caseworkers who may use it: the roles in each department. */
  readonly caseworkers: Readonly<Record<string, readonly string[]>>;
  /** The companies that may, by their sectors: each for citizens who have allowed it that purpose (`purposeScope`). */
  readonly companies: readonly string[];
}

/** What a state organ needs for its statutory duties, within their limits; she is told by her history (art. 35). */
const statutoryDuty = "Personal Information Protection Law, art. 13(1)(3), 34 and 35";

/** Health is sensitive: a specific purpose, sufficient need and strict protection. */
const sensitive = "Personal Information Protection Law, art. 28";

/** By what a caseworker knows that it is she. */
const person = ["person.name", "person.birth"] as const;

export const purposes: ReadonlyMap<string, Purpose> = new Map<string, Purpose>([
  [
    "pension-determination",
    {
      wording: {
        "zh-CN": "核定养老保险待遇",
        ug: "پېنسىيە مۇئامىلىسىنى بېكىتىش",
        kk: "Зейнетақы мөлшерін белгілеу",
        en: "To determine a pension",
      },
      legalBasis: [statutoryDuty, "Social Insurance Law, art. 16 and 74"],
      categories: [...person, "pension.account", "pension.contribution", "pension.payment", "employment.record"],
      caseworkers: { pension: ["caseworker"] },
      companies: [],
    },
  ],
  [
    "unemployment-benefit",
    {
      wording: {
        "zh-CN": "审核失业保险待遇",
        ug: "ئىشسىزلىق سۇغۇرتىسى مۇئامىلىسىنى تەكشۈرۈپ بېكىتىش",
        kk: "Жұмыссыздық жәрдемақысын қарау",
        en: "To assess an unemployment benefit",
      },
      legalBasis: [statutoryDuty, "Social Insurance Law, art. 45 and 74"],
      categories: [...person, "employment.record", "employment.unemployment"],
      caseworkers: { employment: ["caseworker"] },
      companies: [],
    },
  ],
  [
    "treatment",
    {
      wording: {
        "zh-CN": "为您提供诊疗服务",
        ug: "سىزنى داۋالاش",
        kk: "Сізді емдеу",
        en: "To treat you",
      },
      legalBasis: [
        statutoryDuty,
        sensitive,
        "Basic Healthcare and Health Promotion Law, art. 92",
        "Provisions on the Administration of Medical Records of Medical Institutions (2013), art. 15",
      ],
      categories: [...person, "health.insurance", "health.record", "health.prescription"],
      caseworkers: { health: ["physician", "nurse"] },
      companies: [],
    },
  ],
  [
    "supply-contract",
    {
      wording: {
        "zh-CN": "以您的登记姓名履行供应合同并开具账单",
        ug: "تەمىنلەش توختامىڭىزنى ئىجرا قىلىش ۋە تالونىنى تىزىملانغان ئىسمىڭىزغا يېزىش",
        kk: "Жабдықтау шартыңызды орындау және шотты тіркелген атыңызға жазу",
        en: "To keep your supply contract, and bill it in your registered name",
      },
      legalBasis: [
        "Personal Information Protection Law, art. 13(1)(1) and (2), 15 and 23",
        "Civil Code, art. 648 and 656 (contracts for the supply of power, water, gas and heat)",
      ],
      categories: ["person.name"],
      caseworkers: {},
      companies: ["waterco", "powerco"],
    },
  ],
]);

/**
 * The scope with which a citizen allows a company to read her for a purpose while she is not there. It opens nothing to
 * her own token: that she has allowed it, identity looks up whenever the company reads.
 */
export function purposeScope(code: string): string {
  return `purpose:${code}`;
}

/** Who reads for a purpose: a caseworker by what she is in her department, or a company of a sector in its own name. */
export type Reader =
  | { readonly kind: "caseworker"; readonly department: string; readonly role: string }
  | { readonly kind: "company"; readonly sector: string };

/** With what reason somebody asks about others. */
export interface StatedPurpose {
  readonly code: string;
  readonly reader: Reader;
  /** Whom the request names, in the sector's form: nobody else may be read. */
  readonly citizens: readonly string[];
}

/**
 * Holds a stated purpose against the register.
 *
 * @throws HuiminError `BAD_REQUEST` for one that is not registered, `FORBIDDEN` for one that is not the reader's
 */
export function requirePurpose(code: string, reader: Reader, citizens: readonly string[] = []): StatedPurpose {
  const purpose = purposes.get(code);
  if (!purpose) {
    throw new HuiminError("BAD_REQUEST", {
      message: `The header Huimin-Purpose names no registered purpose. Yours are: ${purposesOf(reader)}.`,
    });
  }
  if (!isFor(purpose, reader)) {
    throw new HuiminError("FORBIDDEN", {
      message: `${who[reader.kind]} may not read for this purpose. Yours are: ${purposesOf(reader)}.`,
    });
  }
  return Object.freeze({ code, reader, citizens });
}

const who = { caseworker: "Your role in your department", company: "Your company" } as const;

function isFor({ caseworkers, companies }: Purpose, reader: Reader): boolean {
  if (reader.kind === "company") return companies.includes(reader.sector);
  const { department, role } = reader;
  return Object.hasOwn(caseworkers, department) && caseworkers[department]?.includes(role) === true;
}

function purposesOf(reader: Reader): string {
  const codes = [...purposes].flatMap(([code, purpose]) => (isFor(purpose, reader) ? [code] : []));
  return codes.join(", ") || "none";
}

/** Whether all these categories may be read for a purpose. */
export function covers({ code }: StatedPurpose, categories: readonly string[]): boolean {
  const allowed: readonly string[] = purposes.get(code)?.categories ?? [];
  return categories.every((category) => allowed.includes(category));
}
