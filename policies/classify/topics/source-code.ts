// Words of programs. Counted together with the share of signs that programs are made of: see topics.ts.
import { defineTopic } from '../define-topic.ts';

export default defineTopic(
  { topic: 'source_code', fixedPoints: 8, pointsPerWord: 0.07 },
  {
    3: `
    const elif printf println struct enum typedef namespace async await instanceof typeof nullptr std cout endl malloc sizeof constexpr impl pub mut fn
    def lambda kwargs args numpy np pandas undefined boolean int str float bool char void func usestate usecallback interface extends implements
    stringbuilder arraylist hashmap dataframe foreach varchar groupby orderby ifndef endif ifdef stdlib stdio noqa eslint tsx jsx`,
    2: `
    function return returns import export require include public private protected static final class self this null none true false throw throws catch try except finally
    string array object map vector list dict tuple len range print echo elseif switch case break continue while goto var let for if else
    select from where insert update delete join table create index values main new super override virtual template operator assert raise yield`,
    1: `    in is not and or of as with in do end begin then`,
  },
);
