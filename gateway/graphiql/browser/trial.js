/** The page of GraphiQL at a gateway without sign-in. Headers of the editor go along, Authorization too. */
const endpoint = "/graphql";

YogaGraphiQL.renderYogaGraphiQL(document.getElementById("graphiql"), {
  fetcher: ask,
  defaultQuery: "{ __typename }",
  query:
    new URLSearchParams(location.search).get("query") ?? localStorage.getItem("graphiql:query") ?? "{ __typename }",
  title: "Supergraph",
  shouldPersistHeaders: false,
  // Without this every keystroke would go into the address of the page, and so into the history.
  onEditQuery: () => {},
});

/**
 * @param {GraphiqlRequest} request
 * @param {{ readonly headers?: Readonly<Record<string, string>> }} [options]
 */
async function ask(request, options) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      ...options?.headers,
    },
    body: JSON.stringify(request),
  });
  return await response.json();
}
