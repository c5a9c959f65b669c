/** What people see a doctor for in this city, and what they are given. */

/** A reason to be seen: by which department, and the medicines for it. */
export interface Ailment {
  readonly reason: string;
  readonly serviceType: string;
  readonly medicines: readonly Medicine[];
}

/** A medicine by its generic name, and how it is taken. */
export interface Medicine {
  readonly name: string;
  readonly dosage: string;
}

const paracetamol = { name: "对乙酰氨基酚片", dosage: "发热时口服，每次 0.5 克，两次之间至少间隔 6 小时" };
const saline = { name: "生理性海水鼻腔喷雾", dosage: "每侧鼻孔每次 1 喷，每日 3 次" };

/** What brings people of any age. */
export const ailments: readonly [Ailment, ...Ailment[]] = [
  { reason: "感冒、发热", serviceType: "全科", medicines: [paracetamol, saline] },
  {
    reason: "咳嗽两周",
    serviceType: "呼吸内科",
    medicines: [{ name: "氨溴索口服溶液", dosage: "每次 10 毫升，每日 3 次" }],
  },
  {
    reason: "过敏性鼻炎",
    serviceType: "耳鼻喉科",
    medicines: [{ name: "氯雷他定片", dosage: "每次 10 毫克，每日 1 次" }, saline],
  },
  { reason: "牙痛", serviceType: "口腔科", medicines: [] },
  { reason: "视力检查", serviceType: "眼科", medicines: [] },
  {
    reason: "脚踝扭伤",
    serviceType: "骨科",
    medicines: [{ name: "双氯芬酸二乙胺乳胶剂", dosage: "外用，每日 3 次，涂于患处" }],
  },
  {
    reason: "腹泻",
    serviceType: "消化内科",
    medicines: [{ name: "口服补液盐散", dosage: "每次 1 袋，溶于 250 毫升温水" }],
  },
  {
    reason: "皮肤湿疹",
    serviceType: "皮肤科",
    medicines: [{ name: "丁酸氢化可的松乳膏", dosage: "外用，每日 2 次，薄涂" }],
  },
];

/** What comes with age. */
export const chronicAilments: readonly [Ailment, ...Ailment[]] = [
  {
    reason: "高血压复诊",
    serviceType: "心血管内科",
    medicines: [{ name: "氨氯地平片", dosage: "每次 5 毫克，每日 1 次" }],
  },
  {
    reason: "2 型糖尿病复诊",
    serviceType: "内分泌科",
    medicines: [{ name: "二甲双胍片", dosage: "每次 0.5 克，每日 2 次，随餐服用" }],
  },
  {
    reason: "膝关节疼痛",
    serviceType: "骨科",
    medicines: [{ name: "氨基葡萄糖胶囊", dosage: "每次 0.5 克，每日 3 次" }],
  },
  { reason: "睡眠不好", serviceType: "神经内科", medicines: [] },
];
