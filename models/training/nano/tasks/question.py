"""A question whose answer stands in the text, word for word; or the text does not say."""
from ..documents import document, filler
from .frame import request
from .relations import passage

ABSENT = "The text does not say."
WRAPS = ("{q}", "{q}", "{q}", "{q}", "Answer the question: {q}", "Question: {q}", "{q} Answer [briefly|shortly|in a few words].", "Answer from the text: {q}", "[Using|With] the text, answer: {q}", "According to the text: {q}", "Based on the [text|message|passage]: {q}", "Read the text and answer. {q}", "Q: {q}", "Tell me: {q}", "{q} Only give the answer.", "{q} [Use|Use only] the text.", "From the [text|note]: {q}")
FACTS = (
    ("{a} [lives|stays] in {v}.", ("Where does {a} live?", "In which city does {a} live?", "{a} lives in which city?"), "city"),
    ("{a} works [as a|as the] {v}.", ("What is {a}'s job?", "What does {a} do?", "What does {a} work as?"), "job"),
    ("{a} [works for|is employed by|joined] {v}.", ("Where does {a} work?", "Which company does {a} work for?", "Who employs {a}?"), "company"),
    ("{a} [bought|ordered|received|sold|lost] {v}.", ("What did {a} [buy|get|lose|order|sell]?", "Which thing belongs to {a}?"), "money"),
    ("{a} [arrives|comes] on {v}.", ("When does {a} [arrive|come]?", "On which day does {a} [arrive|come]?"), "date"),
    ("{a}'s [phone|telephone] number is {v}.", ("What is {a}'s phone number?", "How can I call {a}?", "What is the number of {a}?"), "phone"),
    ("[You can write to {a} at {v}.|{a}'s e-mail is {v}.|{a} can be reached at {v}.]", ("What is {a}'s email?", "What is the e-mail address of {a}?", "How can I write to {a}?"), "email"),
    ("{a} [pays|owes|paid] {v}.", ("How much does {a} [pay|owe]?", "What does {a} [pay|owe]?", "How much did {a} pay?"), "money"),
    ("{a} [leads|runs|heads] the {v} [team|department].", ("Which [team|department] does {a} lead?", "What does {a} lead?"), "department"),
    ("{a} [is from|was born in|comes from] {v}.", ("Where is {a} from?", "Where does {a} come from?"), "country"),
    ("The {a} costs {v}.", ("How much [is|does] the {a} [cost|]?", "What is the price of the {a}?", "What does the {a} cost?"), "money", "thing"),
    ("The {a} [opens|starts|begins] at {v}.", ("When does the {a} [open|start|begin]?", "What time does the {a} open?"), "time", "thing"),
    ("The {a} [is|stands] in {v}.", ("Where is the {a}?", "Where can I find the {a}?"), "city", "thing"),
    ("The {a} [belongs to|was given to] {v}.", ("Who owns the {a}?", "Whose {a} is it?", "To whom does the {a} belong?"), "person", "thing"),
    ("The {a} was [built|made|invented|founded] by {v}.", ("Who [built|made|invented|founded] the {a}?",), "person", "thing"),
    ("{v} [founded|started|owns] {a}.", ("Who [founded|started|owns] {a}?", "Who is the founder of {a}?"), "person", "company"),
    ("{a} was [founded|built|opened] in {v}.", ("When was {a} [founded|built|opened]?", "In what year was {a} founded?"), "year", "company"),
    ("{a} has {v} employees.", ("How many employees does {a} have?", "How many people work at {a}?"), "number", "company"),
    ("The capital of {a} is {v}.", ("What is the capital of {a}?",), "city", "country"),
    ("{a} wrote the book {v}.", ("Which book did {a} write?", "What did {a} write?"), "book"),
)


def fact_value(w, kind: str) -> str:
    own = {"year": lambda: str(w.number(1850, 2026)), "number": lambda: str(w.number(3, 9000)), "country": lambda: w.word("country"), "book": lambda: w.word("book"), "thing": lambda: w.pick([w.word("noun"), w.thing()])}
    return own[kind]() if kind in own else getattr(w, kind)()


def facts(w):
    """Several subjects with one relation or several: which one is asked for must be read."""
    kinds = w.sample(FACTS, w.number(1, 3))
    made = []
    for _ in range(w.number(2, 6)):
        statement, asks, kind, *subject = w.pick(kinds)
        a, v = fact_value(w, subject[0] if subject else "person"), fact_value(w, kind)
        made.append((w.expand(statement, {"a": a, "v": v}), w.say(*asks, a=a), v))
    sentences = [s for s, _, _ in made]
    if w.chance(0.3):
        sentences.insert(w.number(0, len(sentences)), filler(w))
    asked = w.pick(made)
    return " ".join(sentences), asked[1], asked[2]


def make(w, corpora):
    roll = w.r.random()
    if roll < 0.3:
        text, question, answer = passage(w)
    elif roll < 0.58:
        text, question, answer = facts(w)
    else:
        d = document(w)
        absent = [n for n in d.domain["fields"] if n not in d.stated]
        name = w.pick(absent) if absent and w.chance(0.12) else w.pick(d.stated)
        question = w.expand(w.pick(d.domain["fields"][name]["ask"]))
        text, answer = d.text, d.values[name] if name in d.stated else ABSENT
    if w.chance(0.1):
        question = question[0].lower() + question[1:].rstrip("?")
    return *request(w, w.expand(w.pick(WRAPS)).replace("{q}", question), text), answer
