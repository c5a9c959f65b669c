import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Language, languages } from "../platform/i18n.ts";
import { launchBrowser } from "../platform/test/browser.ts";
import {
  addFactors,
  beginJourney,
  beginWork,
  closeAccount,
  connectDevice,
  goToSite,
  lookAround,
  meetHigherDemand,
  recover,
  register,
  sayItWasNotMe,
  signInFirst,
  signOutAndIn,
  stopRecovery,
} from "./support/citizen-journey.ts";
import { type Company, foundCompany } from "./support/company.ts";
import { type IdentityPage, identityPages } from "./support/identity-pages.ts";
import { enterPerson, inviteCaseworker, mobileOf } from "./support/people.ts";

const city = inject("city");
const names: Readonly<Record<Language, string>> = {
  "zh-CN": "欧阳静怡",
  ug: "گۈلنار ئابدۇراخمان",
  kk: "Гүлнар Әбдірахманова",
  en: "Gulnar Abdurahman",
};

let browser: Browser;
let company: Company;
let database: pg.Client;
beforeAll(async () => {
  browser = await launchBrowser();
  company = await foundCompany(city);
  database = new pg.Client(city.databaseUrl);
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await company.close();
  await browser.close();
});

const reachable = (scripts: boolean) =>
  Object.entries<IdentityPage>(identityPages)
    .filter(([, { needsScript }]) => scripts || !needsScript)
    .map(([name]) => name)
    .sort();

describe("every page of identity, on a phone", () => {
  it.each([
    ...languages.map((language) => ({ language, how: "with JavaScript", scripts: true })),
    { language: "ug" as const, how: "without JavaScript", scripts: false },
  ])("speaks $language $how and keeps what all pages promise", async ({ language, scripts }) => {
    const number = languages.indexOf(language) + (scripts ? 0 : languages.length);
    const person = await enterPerson(database, names[language], number);
    const parts = {
      browser,
      company,
      person,
      mobile: mobileOf(city, person),
      identity: city.identity,
      clients: [company.origin],
      language,
      scripts,
    };
    const citizen = await beginJourney(parts);
    const caseworker = await beginJourney(parts);
    try {
      await register(citizen);
      await signInFirst(citizen);
      await addFactors(citizen);
      await lookAround(citizen);
      await goToSite(citizen);
      await meetHigherDemand(citizen);
      await connectDevice(citizen);
      await signOutAndIn(citizen);
      await sayItWasNotMe(citizen);
      await stopRecovery(citizen);
      await recover(citizen);
      await closeAccount(citizen);
      await beginWork(caseworker, await inviteCaseworker(database));
      expect([...citizen.visit.seen, ...caseworker.visit.seen].sort()).toEqual(reachable(scripts));
    } finally {
      await citizen.visit.close();
      await caseworker.visit.close();
    }
  });
});

describe("the table of identity's pages", () => {
  const folder = new URL("../identity/pages/", import.meta.url);
  const sources = async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
    return await Promise.all(files.map(async (name) => await readFile(new URL(name, folder), "utf8")));
  };

  it("names every function that makes a page", async () => {
    const made = (await sources()).flatMap((text) =>
      [...text.matchAll(/^export function (\w+Page)\(/gm)].map(([, name]) => name),
    );
    const listed = Object.entries<IdentityPage>(identityPages).map(([name, { madeBy }]) => madeBy ?? name);
    expect([...new Set(listed)].sort()).toEqual(made.sort());
  });

  it("can count on it that a page is made by such a function, and by nothing else", async () => {
    for (const text of await sources()) {
      const functions = text.split(/^(?=export (?:async )?function|function|const \w+ = )/m);
      const makers = functions.filter((one) => /\breturn (?:layout|accountLayout)\(/.test(one));
      for (const maker of makers) expect(maker).toMatch(/^export function \w+Page\(/);
    }
  });
});
