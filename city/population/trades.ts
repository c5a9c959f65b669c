/** Where people work and what they do there. All employers are invented. */

export const employers: readonly [string, ...string[]] = [
  "听泉纺织有限公司",
  "胡杨农业合作社",
  "月湖食品厂",
  "云杉木业有限公司",
  "石榴物流有限公司",
  "长渠水利工程公司",
  "书院路小学",
  "清泉区社区服务中心",
  "驼铃旅行社",
  "雪岭光伏有限公司",
  "柳荫街图书馆",
  "陶坊手工艺社",
];

export const occupations: readonly [string, ...string[]] = [
  "纺织工",
  "教师",
  "会计",
  "司机",
  "厨师",
  "电工",
  "护士",
  "销售员",
  "工程师",
  "园艺师",
  "图书管理员",
  "仓库管理员",
];
