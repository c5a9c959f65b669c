/** Tells GraphiQL's editor where its workers are; runs before it. */
window.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_moduleId, label) => `/graphiql/assets/${label}.js`,
};
