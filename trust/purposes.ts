/**
 * For what purposes caseworkers may read citizens' data: the reviewed register. Gateway and subgraphs each decide by a
 * copy of their own (`docs/decisions/0029-a-purpose-is-stated-with-each-request.md`).
 */
import type { Language } from "../platform/i18n.ts";
import type { Category } from "./categories.ts";
import { HuiminError } from "./errors.ts";

/** The HTTP header in which a caseworker's application states the purpose of a request. */
export const purposeHeader = "huimin-purpose";

/** A registered reason to read. */
export interface Purpose {
  /** What the citizen reads of it in her history. */
  readonly wording: Readonly<Record<Language, string>>;
  /** The laws of the PRC that it rests on. */
  readonly legalBasis: readonly string[];
  /** What may be read for it; nothing else. */
  readonly categories: readonly Category[];
  /** Who may use it: the roles in each department. */
  readonly users: Readonly<Record<string, readonly string[]>>;
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
      users: { pension: ["caseworker"] },
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
      users: { employment: ["caseworker"] },
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
      users: { health: ["physician", "nurse"] },
    },
  ],
]);

/** With what reason a caseworker asks. */
export interface StatedPurpose {
  readonly code: string;
  /** For which department she works, and as what. */
  readonly department: string;
  readonly role: string;
  /** Whom the request names, in the sector's form: nobody else may be read. */
  readonly citizens: readonly string[];
}

/**
 * Holds a stated purpose against the register.
 *
 * @throws HuiminError `BAD_REQUEST` for one that is not registered, `FORBIDDEN` for one that is not hers
 */
export function requirePurpose(
  code: string,
  department: string,
  role: string,
  citizens: readonly string[] = [],
): StatedPurpose {
  const purpose = purposes.get(code);
  if (!purpose) {
    throw new HuiminError("BAD_REQUEST", {
      message: `The header Huimin-Purpose names no registered purpose. Yours are: ${purposesOf(department, role)}.`,
    });
  }
  if (!isFor(purpose, department, role)) {
    throw new HuiminError("FORBIDDEN", {
      message: `Your role in your department may not read for this purpose. Yours are: ${purposesOf(department, role)}.`,
    });
  }
  return Object.freeze({ code, department, role, citizens });
}

function isFor({ users }: Purpose, department: string, role: string): boolean {
  return Object.hasOwn(users, department) && users[department]?.includes(role) === true;
}

function purposesOf(department: string, role: string): string {
  const codes = [...purposes].flatMap(([code, purpose]) => (isFor(purpose, department, role) ? [code] : []));
  return codes.join(", ") || "none";
}

/** Whether all these categories may be read for a purpose. */
export function covers({ code }: StatedPurpose, categories: readonly string[]): boolean {
  const allowed: readonly string[] = purposes.get(code)?.categories ?? [];
  return categories.every((category) => allowed.includes(category));
}
