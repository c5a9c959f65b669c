/** The resolvers of the citizen subgraph. A citizen's record has the shape of its type already. */
import { requireSelf } from "../../subgraphs/kit/subgraph.ts";
import type { Resolvers } from "./resolvers.generated.ts";

export const resolvers: Resolvers = {
  Query: {
    me: (_parent, _arguments, { caller, loaders }) => loaders.citizens.load(caller.subject),

    citizen: (_parent, { id }, context) => {
      requireSelf(context, id);
      return context.loaders.citizens.load(id);
    },
  },

  Citizen: {
    __resolveReference: ({ id }, { loaders }) => loaders.citizens.load(id),
  },
};
