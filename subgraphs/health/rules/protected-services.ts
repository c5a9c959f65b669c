/** Services that somebody between 14 and 18 may use without her guardian reading of it. */

/**
 * The departments of a hospital whose advice a minor may seek in confidence: the mind, and her body as a woman or a
 * man. A minor's privacy binds her guardians too (Law on the Protection of Minors of the PRC, art. 4 (3) and 63);
 * from 14 on she decides on her own data (Personal Information Protection Law, art. 31).
 */
export const protectedServiceTypes = [
  "心理科",
  "精神科",
  "青少年心理门诊",
  "妇科",
  "妇产科",
  "男科",
  "泌尿生殖科",
  "皮肤性病科",
  "药物依赖科",
] as const;
