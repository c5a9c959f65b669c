/** Resolvers of the four subgraphs. */
import type { GraphQLResolverMap } from "@apollo/subgraph";
import { authorId, products, reviews, reviewsOfAnyUser, users } from "./data.ts";
import type { SubgraphName } from "./schema.ts";

/** Keys and arguments; each resolver reads the one that its type has. */
interface Key {
  readonly id: string;
  readonly upc: string;
}

interface PricedProduct {
  readonly upc: string;
  readonly price?: number | null;
  readonly weight?: number | null;
}

const productOf = ({ upc }: Key) => products.find((product) => product.upc === upc);
const userOf = ({ id }: Key) => users.find((user) => user.id === id);
const author = { id: authorId, username: users.find(({ id }) => id === authorId)?.username };

/** Free above a price of 1,000, else half the weight; nothing without the fields it `@requires`. */
function shippingEstimate({ price, weight }: PricedProduct): number | null {
  if (price == null || weight == null) return null;
  return price > 1000 ? 0 : Math.trunc(weight / 2);
}

export const resolvers: Record<SubgraphName, GraphQLResolverMap<unknown>> = {
  accounts: {
    Query: {
      me: () => users[0],
      user: (_: unknown, key: Key) => userOf(key),
      users: () => users,
    },
    User: { __resolveReference: userOf },
  },
  inventory: {
    Product: {
      __resolveReference: (key: Key & PricedProduct) => ({ ...key, inStock: productOf(key)?.inStock }),
      shippingEstimate,
    },
  },
  products: {
    Query: { topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
    Product: { __resolveReference: productOf },
  },
  reviews: {
    Review: {
      __resolveReference: ({ id }: Key) => reviews.find((review) => review.id === id),
      product: ({ upc }: Key) => ({ upc }),
      author: () => author,
    },
    User: { reviews: () => reviewsOfAnyUser },
    Product: { reviews: ({ upc }: Key) => reviews.filter((review) => review.upc === upc) },
  },
};
