// Names of persons as people write them: whole, by one part, with initials, turned around for forms and tickets, in small letters
// in chats; of the locale's people, of other countries, and such as are on no list.
import type { Faker } from '@faker-js/faker';
import type { Random } from './random.ts';

/** Forenames and surnames of one country. */
export interface Nation {
  forenames: readonly string[];
  surnames: readonly string[];
}

/** How friends are called; many are words or on no list of names. */
export const SHORT_NAMES = (
  'al alex andy ange annie archie bea becks ben bernie bex billy bob bobby brad cam cat charlie chris coco dan danny dave deb deji des dom don ' +
  'drew ed eddie ellie em fay fran fred freddie gab gabe gaz gem gerry gio grace greg gus hank harry hal izzy jack jake jax jay jess jim jo ' +
  'joe jojo jon josh jules kat kate kel ken kev kim kit lee leo les lex lily liz lola lou lulu luz mads maggie mandy marge mark matt max meg ' +
  'mel mia mick mike mimi mo moll nat nate ned nic nick nico nina norm oli olly pam pat patty paul pete phil pip raj ray reg rich rick rob ' +
  'robbie ron rosie roz russ sal sam sandy shaz si sid sol stan steph steve stu sue suze tam ted teo terry theo tia tim tina toby tom toni ' +
  'tony trish val vic viv wes will zac zara zoe bao wei jun mei lin xiu ming tao hao ayo tunde bola chidi emeka funmi kemi ngozi sade yemi ' +
  'ali amir aziz farid hamid karim leila nadia omar rania samir tariq yara ravi priya sanjay anil deepa kiran neha pooja rahul sunita vijay ' +
  'paco pepe nacho lupe lupita chuy beto memo concha maite iker uwe ute kalle jupp heinz inge jörg sepp rudi gabi kati susi ' +
  'gigi beppe pino nino tonio jeannot loulou manu seb titi zé chico juca bia tato gus kees jaap wim joost daan sjoerd anouk noor fleur ' +
  'kuba zosia kasia gosia basia asia wojtek tomek bartek jurek sven lars nils ove linnea saga pelle olga vova sasha dima misha katya'
).split(' ');

const PINYIN_SURNAMES =
  'Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Yao Shen Zhong Cui Tan Lam Wong Chan Cheung Leung Ng Ho Chow Tay Goh Ong Lim Teo Koh Chua'.split(
    ' ',
  );
const PINYIN_SYLLABLES =
  'ming xin hua mei ling jun wei jie yan fang hong xiu ying ting hui qing yu xuan chen hao tao lei bo kai rui ze zi han yi jia shu lan ping zhi guo jian bin fei feng lin na li xia yun qian ning dan xiang'.split(
    ' ',
  );
const KOREAN_SURNAMES =
  'Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong'.split(' ');
const KOREAN_SYLLABLES =
  'min ji soo hyun young jin woo seo yeon ha eun hee sung jun ho kyung mi na dong hye tae chul'.split(' ');
const CAPITALS = [...'ABCDEFGHIJKLMNOPRSTVWYZ'];
const PARTICLES = "van de van der von de de la da dos del di Al- El Bin bint Mac O’ O' Le ter".split(' ');

const capital = (word: string): string => (word[0] as string).toUpperCase() + word.slice(1);

/** Names that are on no list: the model must also go by where they stand. */
export function inventedName(random: Random): string {
  const starts = 'b d f g h k l m n p r s t v w z br ch dr gr kr sh st th tr y j'.split(' ');
  const vowels = 'a e i o u ai ee ou ie ya'.split(' ');
  let name = '';
  for (let i = random.between(1, 3); i >= 0; i -= 1) name += random.pick(starts) + random.pick(vowels);
  name += random.chance(0.6) ? random.pick('n r s l m k th nd rt wa ski son ez'.split(' ')) : '';
  return capital(name);
}

/** Two syllables of a language as one name: `Xiuying`, `Ji-hoon`, `Ji Hoon`. */
function joined(random: Random, syllables: readonly string[], separators: readonly string[]): string {
  const first = capital(random.pick(syllables));
  if (random.chance(0.25)) return first;
  const separator = random.pick(separators);
  const second = random.pick(syllables);
  return first + separator + (separator === ' ' ? capital(second) : second);
}

export class People {
  readonly #random: Random;
  readonly #nations: readonly Nation[];

  constructor(random: Random, nations: readonly Nation[]) {
    this.#random = random;
    this.#nations = nations;
  }

  first(faker: Faker): string {
    const random = this.#random;
    const at = random.next();
    if (at < 0.14) return random.pick(random.pick(this.#nations).forenames);
    if (at < 0.22) return inventedName(random);
    if (at < 0.26) return joined(random, PINYIN_SYLLABLES, ['', '', '-', ' ']);
    if (at < 0.31) return capital(random.pick(SHORT_NAMES));
    return faker.person.firstName();
  }

  last(faker: Faker): string {
    const random = this.#random;
    const at = random.next();
    if (at < 0.14) return random.pick(random.pick(this.#nations).surnames);
    if (at < 0.24) return inventedName(random);
    if (at < 0.28) return random.pick(random.chance(0.7) ? PINYIN_SURNAMES : KOREAN_SURNAMES);
    if (at < 0.32) {
      const particle = random.pick(PARTICLES);
      return particle + (/[-’']$/.test(particle) ? '' : ' ') + faker.person.lastName();
    }
    return faker.person.lastName();
  }

  /** Surname first, as in China and Korea, or the other way round abroad. */
  #eastern(): string {
    const random = this.#random;
    const [surname, given] = random.chance(0.7)
      ? [random.pick(PINYIN_SURNAMES), joined(random, PINYIN_SYLLABLES, ['', '', '-', ' '])]
      : [random.pick(KOREAN_SURNAMES), joined(random, KOREAN_SYLLABLES, ['-', ' ', ''])];
    return random.chance(0.7) ? `${surname} ${given}` : `${given} ${surname}`;
  }

  /** A whole name, in one of the ways it is written. */
  whole(faker: Faker): string {
    const random = this.#random;
    if (random.chance(0.05)) return this.#eastern();
    if (random.chance(0.08)) {
      const nation = random.pick(this.#nations);
      return `${random.pick(nation.forenames)} ${random.pick(nation.surnames)}`;
    }
    const first = this.first(faker);
    const last = this.last(faker);
    const initial = first[0] as string;
    const at = random.next();
    if (at < 0.62) return `${first} ${last}`;
    if (at < 0.69) return `${first} ${random.pick(CAPITALS)}${random.pick(['.', '.', ''])} ${last}`;
    if (at < 0.75) return `${initial}${random.pick(['. ', '. ', '.', ' '])}${last}`;
    if (at < 0.77) return `${initial}.${random.pick(['', ' '])}${random.pick(CAPITALS)}. ${last}`;
    if (at < 0.81) return `${last}, ${first}${random.chance(0.2) ? ` ${random.pick(CAPITALS)}.` : ''}`;
    if (at < 0.83) return `${last} ${first}`;
    if (at < 0.84) return `${last.toUpperCase()} ${first}`;
    if (at < 0.85) return `${last} ${initial}.`;
    if (at < 0.89) return `${first} ${last}${random.pick(['-', ' '])}${this.last(faker)}`;
    if (at < 0.93) return `${first}${random.pick([' ', ' ', '-'])}${this.first(faker)} ${last}`;
    if (at < 0.96)
      return `${first} ${last}${random.pick([' ', ', '])}${random.pick(['Jr.', 'Sr.', 'III', 'jr', 'II'])}`;
    return random.chance(0.5) ? first : last;
  }

  /** As in a chat: mostly one short name, often in small letters. */
  informal(faker: Faker): string {
    const random = this.#random;
    const name = random.chance(0.35)
      ? random.pick(SHORT_NAMES)
      : random.chance(0.55)
        ? this.first(faker)
        : `${this.first(faker)} ${this.last(faker)}`;
    return random.chance(0.65) ? name.toLowerCase() : capital(name);
  }
}
