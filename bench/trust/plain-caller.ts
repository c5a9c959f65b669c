/** The header that says who asks, in the form of the departments. The city without trust believes it. */
export const plainCaller = "plain-caller";
