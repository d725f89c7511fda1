// Groups of words whose number in a prompt is a feature of the gap model. A word is in one group.

export const CUE_GROUPS = {
  reason:
    'why explain because therefore thus hence imply implies follows infer conclude assume suppose argument premise valid logically consistent deduce',
  arithmetic:
    'total each every times twice half double triple per average mean sum difference remaining left more less fewer many much cost costs price paid spend earn sold buy bought dozen percent percentage ratio rate speed',
  units:
    'hours hour minutes minute days day weeks week months years year miles km meters cm feet inches kg pounds grams liters gallons dollars cents mph degrees celsius volts amperes newtons joules watts',
  algebra:
    'integer integers polynomial equation equations function functions real roots root prime divisible divisor remainder sequence term terms coefficient matrix vector vectors determinant eigenvalue linear quadratic domain range inverse variable expression simplify factor factors product compute evaluate solve',
  geometry:
    'triangle circle angle angles radius diameter area perimeter volume square rectangle sphere cube polygon parallel perpendicular coordinates plane graph axis tangent sides length',
  abstract:
    'group ring field isomorphic homomorphism subgroup abelian finite infinite continuous differentiable integral derivative limit converges convergent topology compact theorem lemma proof prove subset bijection injective surjective',
  counting:
    'probability combinations permutations ways arrange random dice coin coins cards choose chosen distinct possible outcomes expected variance distribution standard deviation sample regression hypothesis estimate',
  code: 'python javascript java code program function def return class string list array loop variable output input algorithm assert print compile sql method recursion stack queue pointer boolean',
  computing:
    'server network protocol memory cache processor bits bytes binary hexadecimal address thread process database encryption key security attack vulnerability operating software compiler learning training classifier neural',
  physics:
    'force energy mass velocity acceleration momentum electric magnetic voltage current circuit resistance resistor wavelength frequency pressure temperature heat gas quantum electron photon charge field particle friction gravity density steam turbine beam torque load flow fluid',
  chemistry:
    'reaction acid base molecule molecules molecular compound ion ions solution concentration molar mole moles oxygen hydrogen carbon nitrogen sodium chloride bond bonds enzyme equilibrium oxidation gram catalyst atom atoms atomic isotope nmr',
  medicine:
    'patient patients disease clinical treatment symptoms diagnosis drug blood cell cells cancer infection muscle nerve artery bone bacteria virus gene genes protein proteins dna syndrome therapy surgery health medical nutrition vitamin',
  law: 'law court contract plaintiff defendant statute liability legal constitutional crime criminal jury negligence tort property rights evidence attorney judge treaty jurisdiction',
  business:
    'company firm market marketing price demand supply cost revenue profit tax income stock shares investment bank interest loan accounting management employee employees organization customers product consumer inflation monetary audit',
  society:
    'government political president policy war state states united country international economic social population party democracy security military rights soviet foreign union revolution century empire',
  history:
    'passage source excerpt author written historical colonial king emperor church religious society ancient medieval',
  mind: 'psychology behavior cognitive memory learning moral ethics theory philosopher virtue belief knowledge consciousness personality development child',
  facts:
    'who when where born died name capital located song movie film book actor series season episode first last city famous called known played sang wrote won',
  exclude: 'not except never false incorrect least neither nor without cannot unless none',
  statements: 'statement statements both only following true correct ii iii iv',
  constraint:
    'must exactly should include ensure format use words sentences least most only limit avoid contain begin end using',
  step: 'step steps first then next finally after before until while repeat',
  compare:
    'than compare compared most best greatest highest lowest largest smallest likely better worse similar different same',
  summarise:
    'summarize summary summarise extract translate rewrite paraphrase classify sentiment shorten headline',
  creative:
    'poem story imagine creative essay write song joke fictional character dialogue blog letter speech brainstorm ideas',
} as const;

export type CueGroup = keyof typeof CUE_GROUPS;
export const CUE_GROUP_NAMES = Object.keys(CUE_GROUPS) as CueGroup[];

/** Word to group number + 1; a word listed twice keeps its first group. */
export const CUE_WORDS: ReadonlyMap<string, number> = (() => {
  const words = new Map<string, number>();
  CUE_GROUP_NAMES.forEach((group, index) => {
    for (const word of CUE_GROUPS[group].split(' ')) if (!words.has(word)) words.set(word, index + 1);
  });
  return words;
})();
