/** Names for people who do not exist: short lists, in several scripts, put together at random. */
import type { Random } from "./random.ts";

/** A name as the register writes it, and in Latin letters. */
export interface PersonName {
  readonly text: string;
  readonly latin: string;
}

type Part = readonly [text: string, latin: string];
type Parts = readonly [Part, ...Part[]];

/** How the names of one family are written and put together. */
interface NamingStyle {
  readonly given: Parts;
  readonly family: Parts;
  readonly join: (given: Part, family: Part) => PersonName;
}

const givenFirst = (given: Part, family: Part): PersonName => ({
  text: `${given[0]} ${family[0]}`,
  latin: `${given[1]} ${family[1]}`,
});

const familyFirst = (given: Part, family: Part): PersonName => ({
  text: family[0] + given[0],
  latin: `${family[1]} ${given[1]}`,
});

const han: NamingStyle = {
  join: familyFirst,
  family: [
    ["林", "Lin"],
    ["苏", "Su"],
    ["顾", "Gu"],
    ["沈", "Shen"],
    ["陆", "Lu"],
    ["温", "Wen"],
    ["江", "Jiang"],
    ["叶", "Ye"],
    ["秦", "Qin"],
    ["简", "Jian"],
  ],
  given: [
    ["晓禾", "Xiaohe"],
    ["一帆", "Yifan"],
    ["清源", "Qingyuan"],
    ["思远", "Siyuan"],
    ["若溪", "Ruoxi"],
    ["明川", "Mingchuan"],
    ["静安", "Jing'an"],
    ["知夏", "Zhixia"],
    ["云舒", "Yunshu"],
    ["长宁", "Changning"],
    ["望舒", "Wangshu"],
    ["子墨", "Zimo"],
  ],
};

const uyghur: NamingStyle = {
  join: givenFirst,
  family: [
    ["تۇرسۇن", "Tursun"],
    ["ئەركىن", "Erkin"],
    ["ياسىن", "Yasin"],
    ["سابىر", "Sabir"],
    ["قاھار", "Qahar"],
    ["تۇرغۇن", "Turghun"],
    ["نىياز", "Niyaz"],
    ["ھاشىم", "Hashim"],
  ],
  given: [
    ["ئايگۈزەل", "Aygüzel"],
    ["دىلنۇر", "Dilnur"],
    ["گۈلنار", "Gülnar"],
    ["ئالىم", "Alim"],
    ["پەرھات", "Perhat"],
    ["مېھرىگۈل", "Mëhrigül"],
    ["ئادىل", "Adil"],
    ["رەيھان", "Reyhan"],
    ["ئەنۋەر", "Enwer"],
    ["زۇلپىيە", "Zulpiye"],
  ],
};

const kazakh: NamingStyle = {
  join: givenFirst,
  family: [
    ["Сәрсен", "Sarsen"],
    ["Жұмабай", "Zhumabai"],
    ["Оспан", "Ospan"],
    ["Қасым", "Qasym"],
    ["Бекен", "Beken"],
    ["Төлеген", "Tolegen"],
    ["Әбіл", "Abil"],
  ],
  given: [
    ["Нұрлан", "Nurlan"],
    ["Айгерім", "Aigerim"],
    ["Ерлан", "Erlan"],
    ["Сәуле", "Saule"],
    ["Дәурен", "Dauren"],
    ["Гүлмира", "Gulmira"],
    ["Асқар", "Asqar"],
    ["Жанар", "Zhanar"],
    ["Бауыржан", "Bauyrzhan"],
  ],
};

/** Gives the members of one household their names. */
export interface FamilyNames {
  next(random: Random): PersonName;
}

/** The names of a household: one way of writing, one family name. */
export function familyNames(random: Random): FamilyNames {
  const style = random.pick([han, uyghur, kazakh]);
  const family = random.pick(style.family);
  return { next: (chance) => style.join(chance.pick(style.given), family) };
}
