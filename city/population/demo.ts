/** Three citizens whom everybody may sign in as. They are the first of every city, whatever its seed. */
import { type Day, dayOf } from "./calendar.ts";
import type { Person } from "./household.ts";
import type { PersonName } from "./names.ts";
import type { PreferredLanguage } from "./population.ts";
import type { PayingHabit } from "./utilities.ts";
import type { Standing } from "./work.ts";

/** What is settled about a demo citizen; the rest is told as anybody's. */
export interface DemoCitizen extends Person {
  /** How she is called on the command line. */
  readonly key: string;
  readonly name: PersonName;
  readonly mobile: string;
  readonly residentId: string;
  readonly preferredLanguage: PreferredLanguage;
  readonly standing: Standing;
  readonly habit: PayingHabit;
  /** One line for the table of `npm start`. */
  readonly story: string;
  /** Who lives with her and is a minor, so that there is somebody to act for; null: she lives alone. */
  readonly child: DemoChild | null;
}

/** A minor without an account. */
export interface DemoChild extends Person {
  readonly name: PersonName;
}

const born = (year: number, month: number, day: number): Day => dayOf(year, month, day);

/** The first one is who speaks when nobody is named. */
export const demoCitizens: readonly [DemoCitizen, DemoCitizen, DemoCitizen] = [
  {
    key: "ayguzel",
    name: { text: "ئايگۈزەل تۇرسۇن", latin: "Aygüzel Tursun" },
    birth: born(1961, 5, 12),
    track: "female_cadre",
    mobile: "15400000001",
    residentId: "000000196105120015",
    preferredLanguage: "ug",
    standing: "employee_pensioner",
    habit: "leaves_last_month",
    story: "retired, with a pension",
    child: null,
  },
  {
    key: "xiaohe",
    name: { text: "林晓禾", latin: "Lin Xiaohe" },
    birth: born(1990, 9, 3),
    track: "female_cadre",
    mobile: "15400000002",
    residentId: "000000199009030013",
    preferredLanguage: "zh-CN",
    standing: "employed",
    habit: "leaves_last_month",
    story: "employed",
    child: null,
  },
  {
    key: "nurlan",
    name: { text: "Нұрлан Сәрсен", latin: "Nurlan Sarsen" },
    birth: born(1985, 2, 20),
    track: "male",
    mobile: "15400000003",
    residentId: "000000198502200018",
    preferredLanguage: "kk",
    standing: "laid_off",
    habit: "leaves_two_months",
    story: "unemployed, with a benefit; can act for his daughter Ayaru",
    child: { name: { text: "Аяру Нұрлан", latin: "Ayaru Nurlan" }, birth: born(2019, 6, 9), track: "female_cadre" },
  },
];

/** The password of every synthetic citizen. It is no secret: they do not exist. */
export const demoPassword = "huimin-demo-2026";
