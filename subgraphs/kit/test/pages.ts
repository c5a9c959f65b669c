/** Walks through a connection as a client does. */
import { expect } from "vitest";

export interface Page<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The selection of a page whose nodes show `fields`. */
export function pageOf(fields: string): string {
  return `{ edges { cursor node { ${fields} } } pageInfo { hasNextPage endCursor } }`;
}

/** The arguments of a page, as a document writes them. */
export function argumentsOf(first: number, after: string | null): string {
  return `first: ${first}, after: ${JSON.stringify(after)}`;
}

/** All nodes of a connection, asked for page by page from the cursor of the page before. */
export async function allNodes<Node>(ask: (after: string | null) => Promise<Page<Node>>): Promise<Node[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<Node> = await ask(after);
    if (after !== null) expect(page.edges, "a next page that was promised").not.toHaveLength(0);
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
    nodes.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}
