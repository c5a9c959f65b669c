/**
 * The kinds of personal data that the city knows. Fields name theirs in the schema (`@category`), purposes and grants
 * say which they are for, and this is how each is called before the citizen. Whoever adds one has it reviewed here.
 */

import type { Language } from "../platform/i18n.ts";

/** What a kind of personal data is called in each of the city's languages. */
export type CategoryWording = Readonly<Record<Language, string>>;

const registered = {
  "person.name": { "zh-CN": "姓名", ug: "ئىسىم-فامىلىسى", kk: "Аты-жөні", en: "Name" },
  "person.birth": { "zh-CN": "出生日期", ug: "تۇغۇلغان ۋاقتى", kk: "Туған күні", en: "Date of birth" },
  "person.address": { "zh-CN": "户籍地址", ug: "نوپۇس ئادرېسى", kk: "Тіркелген мекенжайы", en: "Registered address" },
  "person.preference": { "zh-CN": "个人偏好", ug: "شەخسىي تاللاش", kk: "Жеке таңдаулары", en: "Personal preferences" },
  "health.insurance": {
    "zh-CN": "医疗保险",
    ug: "داۋالىنىش سۇغۇرتىسى",
    kk: "Медициналық сақтандыру",
    en: "Medical insurance",
  },
  "health.record": {
    "zh-CN": "就诊记录",
    ug: "داۋالىنىش خاتىرىسى",
    kk: "Медициналық жазбалар",
    en: "Health records",
  },
  "health.prescription": { "zh-CN": "处方", ug: "رېتسېپلار", kk: "Рецептілер", en: "Prescriptions" },
  "pension.account": {
    "zh-CN": "养老保险账户",
    ug: "ياشانغانلار سۇغۇرتىسى ھېساباتى",
    kk: "Зейнетақы шоты",
    en: "Pension account",
  },
  "pension.contribution": {
    "zh-CN": "养老保险缴费",
    ug: "ياشانغانلار سۇغۇرتىسى بەدىلى",
    kk: "Зейнетақы жарналары",
    en: "Pension contributions",
  },
  "pension.payment": {
    "zh-CN": "养老金发放",
    ug: "ياشانغانلار پۇلىنىڭ تارقىتىلىشى",
    kk: "Зейнетақы төлемдері",
    en: "Pension payments",
  },
  "employment.record": { "zh-CN": "就业记录", ug: "ئىشقا ئورۇنلىشىش خاتىرىسى", kk: "Еңбек жолы", en: "Employment" },
  "employment.unemployment": {
    "zh-CN": "失业登记与待遇",
    ug: "ئىشسىزلىق تىزىملىتىش ۋە تەمىناتى",
    kk: "Жұмыссыздық тіркеуі мен жәрдемақысы",
    en: "Unemployment and its benefit",
  },
  "utility.premises": {
    "zh-CN": "用能住所",
    ug: "تەمىنلىنىدىغان تۇرالغۇ",
    kk: "Қызмет көрсетілетін үй-жай",
    en: "Supplied homes",
  },
  "utility.meter": {
    "zh-CN": "水电气热用量",
    ug: "سۇ، توك، گاز ۋە ئىسسىقلىق ئىشلىتىش مىقدارى",
    kk: "Есептеуіш көрсеткіштері",
    en: "Meter readings",
  },
  "utility.bill": {
    "zh-CN": "水电气热账单",
    ug: "سۇ، توك، گاز ۋە ئىسسىقلىق ھېسابات تالونى",
    kk: "Коммуналдық төлем шоттары",
    en: "Utility bills",
  },
} as const satisfies Readonly<Record<string, CategoryWording>>;

/** The name of a kind of personal data, as `@category` writes it. */
export type Category = keyof typeof registered;

/** What the kinds are called before people. */
export const categories: Readonly<Record<Category, CategoryWording>> = registered;

/** Whether a kind of personal data is registered under this name. */
export function isCategory(name: unknown): name is Category {
  return typeof name === "string" && Object.hasOwn(registered, name);
}
