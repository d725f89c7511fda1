"""Statements with a doer, a thing, a place, a day and a reason, and questions for one of them: the words that question and text share
show where to look, not a frame learnt by heart."""

# base form, past form
VERBS = [v.split() for v in ("repair repaired|sell sold|paint painted|buy bought|find found|lose lost|clean cleaned|hide hid|carry carried|open opened|close closed|borrow borrowed|break broke|build built|burn burnt|bring brought|catch caught|choose chose|collect collected|copy copied|count counted|cut cut|deliver delivered|describe described|design designed|destroy destroyed|discover discovered|draw drew|drop dropped|examine examined|fix fixed|forget forgot|give gave|hang hung|inspect inspected|invent invented|keep kept|leave left|lift lifted|load loaded|mention mentioned|move moved|order ordered|pack packed|photograph photographed|pick picked|present presented|print printed|pull pulled|push pushed|receive received|record recorded|rent rented|replace replaced|return returned|review reviewed|send sent|show showed|sign signed|steal stole|store stored|study studied|take took|test tested|throw threw|translate translated|unpack unpacked|wash washed|weigh weighed|win won|wrap wrapped|write wrote").split("|")]
VERBS += [[v, v.rstrip("e") + "ed"] for v in "accept adopt admire announce answer approve arrange assemble attack avoid award bake balance bless block boil book brush cancel celebrate change chase check claim climb collapse comment compare compile complete connect consult contact convert cook correct cover crash create criticise decorate defend demand deposit detect develop display divide donate double doubt download drain edit employ enter escort exchange expand expect explain explore export fasten fetch film finance finish fold follow frame guard handle harvest heat import improve improvise install interview introduce investigate join judge label launch lease lock lower maintain manage mark measure mend mix name notice obtain offer oil organise own park pass patch paste plant play polish postpone praise prepare preserve press produce promise promote propose protect prove publish purchase recommend recycle refuse reject release remove rename renew reserve rescue restore reveal reward roast sample seal search select serve share shelter shorten sketch smash smell solve sort spoil stain stamp start stretch support surround taste touch trace track trade train treat trust turn unlock update upload value visit want warm warn watch water welcome widen".split()]
ATTRIBUTES = "colour size weight length height width price age owner name number code author maker origin position level rank score speed range status version model type shape material flavour theme motto nickname target limit capacity budget duration location address supplier contact sponsor host teacher driver editor guide captain winner deadline start end total average minimum maximum password".split()
ATTRIBUTES += "branch brand category chairman channel class client colleague course currency customer department depth destination diameter director discount distance doctor dose edition engine entrance fee floor founder frequency fuel gate grade habitat headquarters hobby instructor interest inventor language landlord licence manager mayor mentor method mission neighbour operator organiser output password patient platform population postcode power pressure producer profession profit publisher purpose quantity rating reason region rent result reviewer room route salary season seat secretary sender shift signal singer site skill slogan source specialty stage station strength subject subtitle surface symbol target temperature terminal ticket track trainer treatment trophy unit vendor venue victim visitor voltage volume weekday witness zone".split()
ATTRIBUTES += ["team leader", "serial number", "main partner", "next stop", "last visitor", "home town", "project name", "reference code", "contact person", "main language", "service fee", "daily rate", "start date", "opening time", "favourite colour"]


def value(w, attribute: str) -> str:
    """Of any kind, fitting where the attribute says so."""
    own = {"price": w.money, "budget": w.money, "service fee": w.money, "daily rate": w.money, "total": w.money, "deadline": w.date, "start date": w.date, "start": w.date, "end": w.date, "opening time": w.time, "duration": w.duration, "location": w.city, "origin": w.city, "home town": w.city, "address": w.address, "code": w.code, "serial number": w.code, "reference code": w.code, "supplier": w.company, "main partner": w.company, "sponsor": w.company, "maker": w.company, "rent": w.money, "salary": w.money, "discount": w.percent, "profit": w.money, "fee": w.money, "headquarters": w.city, "destination": w.city, "region": w.city, "client": w.company, "vendor": w.company, "publisher": w.company, "department": w.department, "profession": w.job, "weekday": w.weekday}
    if attribute in own:
        return own[attribute]()
    if attribute in ("owner", "author", "host", "teacher", "driver", "editor", "guide", "captain", "winner", "contact", "contact person", "team leader", "last visitor", "chairman", "colleague", "director", "doctor", "founder", "instructor", "inventor", "landlord", "manager", "mayor", "mentor", "neighbour", "organiser", "patient", "producer", "reviewer", "secretary", "sender", "singer", "trainer", "victim", "visitor", "witness"):
        return w.person()
    return w.pick([w.invented, w.quantity, w.code, w.percent, w.city, lambda: w.word("adjective"), lambda: w.word("noun"), lambda: f"{w.number(2, 900)} {w.pick('kg cm m km litres points miles pages seats pieces'.split())}"])()


def noun(w) -> str:
    return w.pick([lambda: w.word("noun"), w.thing, lambda: w.word("animal"), lambda: f"{w.word('adjective')} {w.word('noun')}"])()


def event(w) -> tuple[str, list[tuple[str, str]]]:
    """(statement, [(question, answer)])"""
    base, past = w.pick(VERBS)
    a, n = w.pick([w.person, w.first, w.company, lambda: f"the {w.job()}"])(), noun(w)
    thing = f"{w.pick(['the', 'the', 'a', 'his', 'her', 'their'])} {n}"
    start = a[0].upper() + a[1:]
    asks = [(w.say("Who {past} the {n}?", "Which [person|one|of them] {past} the {n}?", past=past, n=n), a), (w.say("What did {a} {base}?", "What [was it that|exactly was it that] {a} {past}?", a=a, base=base, past=past), thing)]
    text, extra = f"{start} {past} {thing}", []
    for make, preps, question in ((lambda: w.city(), ("in", "near"), "Where"), (lambda: w.pick([w.date(), w.weekday()]), ("on",), "When"), (w.person, ("with", "for"), None), (w.money, ("for",), "For how much"), (lambda: w.word("noun"), ("because of", "after", "before"), None)):
        if len(extra) < 3 and w.chance(0.45):
            v, prep = make(), w.pick(preps)
            extra.append(f"{prep} {'the ' if make.__code__.co_names == ('word',) else ''}{v}")
            ask = question or {"with": "With whom", "for": "For whom", "because of": "Because of what", "after": "After what", "before": "Before what"}[prep]
            asks.append((f"{ask} did {a} {base} {w.pick([f'the {n}', 'it', f'the {n}'])}?", extra[-1].removeprefix(prep + " ")))
    w.r.shuffle(extra)
    if extra and w.chance(0.2):
        first = extra.pop(0)
        text = f"{first[0].upper() + first[1:]}, {a} {past} {thing}"
    return f"{' '.join([text, *extra])}.", asks


def attribute(w) -> tuple[str, list[tuple[str, str]], str, str]:
    """(statement, [(question, answer)], attribute, value)"""
    k, n = w.pick(ATTRIBUTES), w.pick([lambda: "the " + noun(w), w.company, w.invented, w.person])()
    v = value(w, k)
    of = w.pick([f"the {k} of {n}", f"{n}'s {k}"])
    text = w.pick([f"{of} is {v}", f"{of} was {v}", f"{n} has {v} as {w.pick(['its', 'the'])} {k}", f"{v} is {of}", f"{k} of {n}: {v}", f"for {n}, the {k} is {v}"])
    q = w.pick([f"What is {of}?", f"What is the {k} of {n}?", f"Which {k} does {n} have?", f"{n[0].upper() + n[1:]}: what is the {k}?", f"{k.capitalize()} of {n}?", f"Tell me the {k} of {n}"])
    return text[0].upper() + text[1:] + ".", [(q, v)], k, v


def passage(w) -> tuple[str, str, str]:
    """(text, question, answer)"""
    made = [event(w) if w.chance(0.6) else attribute(w)[:2] for _ in range(w.pick([1, 2, 3, 3, 4, 5, 6, 8]))]
    question, answer = w.pick(w.pick(made)[1])
    return " ".join(text for text, _ in made), question, answer
