/** What the subgraphs know: as many users, products and reviews, in the same relations, as is customary. */

export interface User {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly birthday: number;
}

export interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
  readonly inStock: boolean;
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly upc: string;
}

const names = ["Aygul Sabir", "Chen Jing", "Li Wei", "Ma Xiulan", "Wang Fang", "Zhao Min"];

export const users: readonly User[] = names.map((name, index) => ({
  id: String(index + 1),
  name,
  username: name.toLowerCase().replace(" ", "."),
  birthday: 631_152_000 + index * 86_400,
}));

const goods: readonly [name: string, price: number, weight: number, inStock: boolean][] = [
  ["Table", 899, 100, true],
  ["Couch", 1299, 1000, false],
  ["Glass", 15, 20, false],
  ["Chair", 499, 100, false],
  ["Screen", 1299, 1000, true],
  ["Lamp", 6999, 300, true],
  ["Stove", 3999, 2000, true],
  ["Fridge", 100_000, 6000, false],
  ["Sofa", 9999, 800, true],
];

export const products: readonly Product[] = goods.map(([name, price, weight, inStock], index) => ({
  upc: String(index + 1),
  name,
  price,
  weight,
  inStock,
}));

const words = "well made and sent on time yet the colour is not quite as it was shown so look at it before you buy ";

/** Product and length of the text of each review; the lengths bring the deep answer to 87 kB. */
const reviewed: readonly [upc: string, characters: number][] = [
  ["1", 446],
  ["1", 290],
  ["1", 274],
  ["1", 145],
  ["2", 446],
  ["2", 290],
  ["2", 274],
  ["2", 145],
  ["3", 145],
  ["4", 145],
  ["4", 870],
];

export const reviews: readonly Review[] = reviewed.map(([upc, characters], index) => ({
  id: String(index + 1),
  body: words.repeat(Math.ceil(characters / words.length)).slice(0, characters),
  upc,
}));

/** Every review is by the first user. */
export const authorId = "1";

/** Every user is said to have written the first two reviews. */
export const reviewsOfAnyUser = reviews.slice(0, 2);
