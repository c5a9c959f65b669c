/** What the scripts of GraphiQL's package leave on the page. */

interface GraphiqlRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: unknown;
}

interface GraphiqlOptions {
  readonly fetcher: (
    request: GraphiqlRequest,
    options?: { readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<unknown>;
  readonly defaultQuery: string;
  readonly query: string;
  readonly title: string;
  readonly shouldPersistHeaders: boolean;
  readonly onEditQuery: () => void;
}

declare const YogaGraphiQL: {
  renderYogaGraphiQL(element: Element | null, options: GraphiqlOptions): void;
};

interface Window {
  MonacoEnvironment: { readonly globalAPI: boolean; getWorkerUrl(moduleId: string, label: string): string };
}
