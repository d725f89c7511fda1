"""Texts of no domain whose first sentence says what they are about, as news and messages do: from it come the title and the summary."""
from ..documents import filler
from .relations import attribute, event, noun

ACTORS = "committee museum school hospital club library council orchestra team factory airline village family farmer scientist student inventor artist zoo bakery hotel university ministry union publisher charity port court bank theatre choir startup neighbour volunteer crew class laboratory police_station fire_brigade football_club film_studio city_council".split()
DOES = ("[opens|opened|will open] {o}", "[receives|received|has won] {o}", "[is planning|plans|wants] {o}", "[has lost|lost|misses] {o}", "[celebrates|celebrated] {o}", "[presents|presented|has shown] {o}", "[bans|banned] {o}", "[is looking for|needs|seeks] {o}", "[sells|sold|will sell] {o}", "[repairs|repaired|restored] {o}", "[saves|saved|rescued] {o}", "[tests|tested|tries out] {o}", "[offers|offered] {o}", "[closes|closed|gives up] {o}", "[discovers|discovered|found] {o}", "[buys|bought|will buy] {o}", "[builds|built|is building] {o}", "[warns|warned] of {o}", "[votes|voted] [for|against] {o}", "[complains|complained] about {o}", "[asks|asked] for {o}", "[donates|donated] {o}", "[moves|moved] to {place}", "[starts|started] {o}", "[replaces|replaced] {o}")
TAILS = ("[in|near] {place}", "on {day}", "after [two|ten|three] [years|months|weeks]", "for {money}", "because of {x}", "[together|] with {person}", "despite {x}", "for the [first|second|last] time", "from {day} on", "before the {n}", "with {num} [people|helpers|guests]")
AFTER = ("It [was|had been] [planned|expected|discussed] for [months|years|a long time].", "[Many|Some|A few] [people|neighbours|experts] [welcomed|criticised|watched] it.", "{person} [called|calls] it a [{a}|great|difficult] [step|day|idea].", "The {n} [was|is] {a}.", "About {num} people [came|took part|signed up|are affected].", "{person}, who [leads|organised|knows] the {n}, [was pleased|did not comment|hopes for more].", "The cost is [put at|about] {money}.", "[More|The next steps] will be [known|announced|decided] on {day}.", "[So far|Until now] there [was|has been] no {n} in {place}.", "[Two|Three|Several] {n}s [helped|were needed|followed].", "A similar {n} [failed|worked|exists] in {place}.", "[Work|Sale|Registration] [begins|ends] on {day}.", "[Nobody|Not everyone] was [happy|surprised|there].")


def actor(w) -> str:
    return w.pick(ACTORS).replace("_", " ")


def values(w) -> dict:
    return {"place": w.city(), "day": w.pick([w.weekday(), w.date()]), "money": w.money(), "person": w.person(), "x": f"{w.word('adjective')} {w.word('noun')}", "n": w.word("noun"), "a": w.word("adjective"), "num": w.number(12, 9000), "o": f"{w.pick(['a', 'the', 'its', 'a new', 'the old', 'a second', 'all', 'the first', 'its last'])} {noun(w)}"}


def lead(w) -> tuple[str, str]:
    """(who does what, the rest), without a full stop"""
    a = w.pick([lambda: f"{w.pick(['the', 'a', 'our', 'the local', 'one'])} {actor(w)}", w.company, w.person, lambda: f"the {actor(w)} of {w.city()}", lambda: f"{w.person()}, a {w.job()},", lambda: f"the {w.word('adjective')} {actor(w)}"])()
    core = f"{a} {w.expand(w.pick(DOES), values(w))}"
    rest = " ".join(w.expand(t, values(w)) for t in w.sample(TAILS, w.pick([0, 1, 1, 2, 2, 3])))
    return core[0].upper() + core[1:], rest


def text_with_lead(w, corpora) -> tuple[str, str, str | None]:
    """(text, its first sentence, a title or None)"""
    title = None
    if corpora.sentences and w.chance(0.25):
        first = w.pick(corpora.sentences)
    elif w.chance(0.25):
        first = event(w)[0]
    else:
        core, rest = lead(w)
        first, title = f"{core} {rest}".strip() + ".", core.rstrip(",")
    others = [w.expand(w.pick(AFTER), values(w)) for _ in range(w.pick([1, 2, 2, 3, 4]))]
    if w.chance(0.3):
        others.insert(w.number(0, len(others)), w.pick([lambda: filler(w), lambda: event(w)[0], lambda: attribute(w)[0]])())
    if corpora.sentences and w.chance(0.15):
        others.insert(w.number(0, len(others)), w.pick(corpora.sentences))
    others = [o[0].upper() + o[1:] for o in others]
    return " ".join([first, *others]), first, title
