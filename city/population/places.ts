/** The invented districts of the city and the homes in them. */

/** Where a household lives. */
export interface Address {
  readonly district: string;
  /** Street, house number, building, unit and flat, from the larger to the smaller. */
  readonly line: string;
  readonly postalCode: string;
}

interface District {
  readonly name: string;
  /** `000` begins no real postal code. */
  readonly postalCode: string;
  readonly streets: readonly [string, ...string[]];
}

/** Every district, with a hospital of its name. */
export const districts: readonly [District, ...District[]] = [
  { name: "清泉区", postalCode: "000101", streets: ["听泉路", "柳荫街", "石桥巷", "书院路"] },
  { name: "石榴区", postalCode: "000102", streets: ["石榴大道", "花圃街", "陶坊巷", "果园路"] },
  { name: "胡杨区", postalCode: "000103", streets: ["胡杨路", "驼铃街", "月湖路", "长渠巷"] },
  { name: "云杉区", postalCode: "000104", streets: ["云杉路", "雪岭街", "松涛巷", "牧歌路"] },
];

const numbersAStreet = 80;
const buildings = 4;
const unitsABuilding = 3;
const floors = 6;
const flatsAFloor = 2;

/** The home of the household with this index; no two households share one. */
export function addressOf(household: number): Address {
  let left = household;
  const digit = (base: number) => {
    const value = left % base;
    left = Math.floor(left / base);
    return value;
  };
  const district = districts[digit(districts.length)] ?? districts[0];
  const street = district.streets[digit(district.streets.length)] ?? district.streets[0];
  const [number, building, unit] = [digit(numbersAStreet) + 1, digit(buildings) + 1, digit(unitsABuilding) + 1];
  const flat = (digit(flatsAFloor) + 1).toString().padStart(2, "0");
  // What is left is the floor: the houses of a city without end are high.
  const floor = digit(floors) + 1 + left * floors;
  return {
    district: district.name,
    line: `${street} ${number} 号 ${building} 栋 ${unit} 单元 ${floor}${flat} 室`,
    postalCode: district.postalCode,
  };
}
