/** The two queries that are measured. */

const fragments = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }`;

/** 87 kB, and 16 fetches in the plan of Apollo's planner. */
const deep = `query Deep {
  users {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author { ...User reviews { ...Review product { ...Product } } }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author { ...User reviews { ...Review product { ...Product } } }
    }
  }
}
${fragments}`;

/** One fetch, a few fields. */
const small = "query Small { topProducts(first: 3) { upc name price } }";

export const queries = { deep, small } as const;

export type QueryName = keyof typeof queries;

export const queryNames = Object.keys(queries) as QueryName[];

/** The request body that every gateway gets for a query. */
export function requestBody(query: string): string {
  return JSON.stringify({ query });
}
