// Names for surrogates: given names that say nothing about gender, common surnames, made-up companies and places.

const words = (text: string): readonly string[] => text.split(' ');

export interface NamePool {
  script: RegExp;
  given: readonly string[];
  family: readonly string[];
}

/** The first pool of the name's script is taken. */
export const NAME_POOLS: readonly NamePool[] = [
  {
    script: /\p{Script=Cyrillic}/u,
    given: words('Саша Женя Валя Слава Шура Миша Тоня Витя Паша Нику Лука Илька'),
    family: words(
      'Бондаренко Коваленко Ткаченко Шевчук Мельник Черных Долгих Сидоренко Кравец Гончар Седых Лысенко',
    ),
  },
  {
    script: /\p{Script=Han}/u,
    given: words('文 安 宁 乐 晨 阳 清 明 欣 瑞 平 和'),
    family: words('林安宁 陈晨阳 周清和 吴乐平 徐明欣 孙瑞文 朱和平 高宁安 何文清 罗欣乐 梁阳明 宋平瑞'),
  },
  {
    script: /\p{Script=Latin}/u,
    given: words(
      'Robin Alex Kim Sascha Charlie Jamie Jessie Morgan Taylor Jordan Casey Riley Quinn Avery Rowan Sidney Toni Nicola ' +
        'Andrea Noa Luca Mika Jona Sam Dana Lee Shea Remy Maxime Camille Dominique Claude Ariel Noor Amal Nour Rey Kai Yuki Sora',
    ),
    family: words(
      'Vesely Marchetti Holm Brandt Keller Lindqvist Moreau Fontaine Ricci Bianchi Santos Almeida Novak Kovac Nowicki Jansen ' +
        'Visser Bakker Larsen Bergman Haugen Virtanen Okafor Mensah Diallo Haddad Rahimi Mehta Kapoor Tanaka Mori Paik Choi Tran ' +
        'Ramirez Ortega Castillo Herrera Walsh Byrne Ellis Harte Fenwick Ashby Thorne Calder Winslow Prescott Langley Mercer',
    ),
  },
];

export const COMPANIES = words(
  'Northwind Bluefield Halvorsen Greystone Meridian Lakeshore Ironbridge Silverline Cloverdale Brightwater Fairhaven Oakmere',
);
export const TOWNS = words(
  'Fairview Millbrook Ashford Elmwood Kingsport Riverton Brookfield Easton Hillcrest Lakewood Norwood Westbury',
);
export const STREETS = words(
  'Alder Birch Cedar Hazel Juniper Linden Maple Poplar Rowan Spruce Sycamore Willow',
);
