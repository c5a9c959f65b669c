import { announcerSpec } from "../kit/service.ts";

/** The settings of the utilities department. */
export const utilitiesSpec = announcerSpec("utilities");
