"""Values and phrases: names, dates, amounts ... each in many written forms; `expand` turns "[a|b]" into one of its parts."""
import json
import random
import re
from pathlib import Path

INNER = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
MONTHS = "January February March April May June July August September October November December".split()
NAMES = ("first", "last", "city", "country", "last")
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


class Words:
    """Random choices from one seed. `lists`: the file that lists.ts writes."""

    def __init__(self, lists: Path, seed):
        self.r = random.Random(seed)
        self.lists: dict[str, list[str]] = json.loads(Path(lists).read_text())

    # ---- choices
    def pick(self, values):
        return values[int(self.r.random() * len(values))]

    def chance(self, p: float) -> bool:
        return self.r.random() < p

    def sample(self, values, n: int):
        return self.r.sample(values, min(n, len(values)))

    def number(self, low: int, high: int) -> int:
        return self.r.randint(low, high)

    def expand(self, frame: str, values: dict | None = None) -> str:
        while "[" in frame:
            frame, n = INNER.subn(lambda m: self.pick(m[1].split("|")), frame)
            if n == 0:
                break
        if values is not None:
            frame = SLOT.sub(lambda m: str(values[m[1]]), frame)
        return re.sub(r" +(?=[ .,?!:;])", "", frame).strip()

    def say(self, *frames: str, **values) -> str:
        return self.expand(self.pick(frames), values)

    def word(self, name: str) -> str:
        return self.pick(self.lists[name])

    # ---- people, places, things
    def invented(self) -> str:
        """A name nobody has: copying must not depend on knowing the word."""
        if self.chance(0.6):  # the front of one word, the back of another
            front, back = self.word(self.pick(NAMES)), self.word(self.pick(NAMES)).lower()
            made = front[: self.number(2, 5)] + back[-self.number(2, 5) :]
            if made.isalpha():
                return made.capitalize()
        syllables = "ba be bo da de do fa fe ga go ha he jo ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi za zo zu bran dor fen gal hal kel lun mar nor pel quin ros sten tor vel wen yar zan chi dju gri hru iva jas kwa lyn mbe nko oye pri qua rhy shi tso uma vra xi yev zhe".split()
        return "".join(self.pick(syllables) for _ in range(self.number(2, 3))).capitalize()

    def first(self) -> str:
        return self.invented() if self.chance(0.2) else self.word("first")

    def last(self) -> str:
        return self.invented() if self.chance(0.4) else self.word("last")

    def person(self) -> str:
        name = f"{self.first()} {self.last()}"
        roll = self.r.random()
        if roll < 0.08:
            return f"{self.pick(['Dr.', 'Mr.', 'Ms.', 'Mrs.', 'Prof.'])} {self.last()}"
        if roll < 0.13:
            return f"{self.first()} {self.pick('ABCDEFGHJKLMNPRSTW')}. {self.last()}"
        return self.first() if roll < 0.17 else name

    def city(self) -> str:
        if self.chance(0.4):
            return self.pick("London Paris Berlin Madrid Rome Vienna Dublin Lisbon Oslo Helsinki Prague Warsaw Athens Zurich Geneva Milan Munich Hamburg Lyon Porto Toronto Montreal Boston Chicago Denver Austin Seattle Portland Dallas Sydney Melbourne Tokyo Osaka Seoul Mumbai Delhi Nairobi Lagos Cairo Istanbul Brussels Antwerp Rotterdam Amsterdam Leeds Bristol Glasgow Cardiff Manchester".split() + ["New York", "San Francisco", "Los Angeles", "Cape Town", "Hong Kong", "New Delhi"])
        return self.word("city") if self.chance(0.75) else self.invented() + self.pick(["", "", "", "ville", "burg", "ton", " Falls", "ford", "stad", "holm"])

    def company(self) -> str:
        roll = self.r.random()
        stem = self.last() if roll < 0.55 else self.invented()
        if roll > 0.85:
            stem = self.pick("Blue Green Silver Bright North South Alpine Harbor River Summit Cedar Falcon Orbit Delta Nova Apex Vertex Pioneer Lumen Cobalt".split())
        tail = self.pick(["Ltd", "Inc", "Inc.", "GmbH", "LLC", "Group", "& Sons", "Logistics", "Foods", "Systems", "Labs", "Bank", "Media", "Partners", "Consulting", "Motors", "Energy", "Health", "Airlines", "Software", "Textiles", "Industries", "Insurance", "Studio", "Robotics", "Bakery", "Analytics", "Solutions", "Technologies", "Pharma"])
        return f"{stem} {tail}" if self.chance(0.9) else f"{stem} {self.last()} {tail}"

    def thing(self) -> str:
        return self.pick("laptop headphones keyboard monitor printer phone tablet camera speaker charger backpack suitcase umbrella jacket shoes sneakers boots watch lamp desk chair sofa mattress blender toaster kettle fridge oven vacuum washing_machine bicycle helmet tent router mouse microphone projector guitar drill hammer mug bottle pillow blanket rug curtain mirror bookshelf fan heater dishwasher toothbrush razor hair_dryer perfume dress shirt coat scarf gloves sunglasses wallet handbag stroller toy_train puzzle notebook pen".split()).replace("_", " ")

    def product(self) -> str:
        roll = self.r.random()
        if roll < 0.4:
            return self.thing()
        if roll < 0.7:
            return f"{self.pick('wireless portable electric leather wooden stainless black white red blue compact foldable smart digital cordless insulated ergonomic'.split())} {self.thing()}"
        return f"{self.invented()} {self.pick(['X', 'Pro ', 'Mini ', 'S', 'Z', 'Air ', 'Model '])}{self.number(1, 900)}"

    def job(self) -> str:
        roll = self.r.random()
        if roll < 0.6:
            return self.pick("nurse teacher engineer plumber electrician lawyer accountant architect chef baker pilot journalist designer librarian pharmacist dentist carpenter mechanic photographer translator researcher consultant analyst cashier driver gardener florist paramedic firefighter surgeon veterinarian biologist geologist chemist professor tutor barista tailor welder optician".split())
        if roll < 0.85:
            return f"{self.pick('senior junior lead assistant head chief regional deputy'.split())} {self.pick('engineer designer accountant manager developer analyst editor buyer planner scientist technician nurse'.split())}"
        return f"{self.pick('sales marketing finance product project operations support research quality logistics'.split())} {self.pick('manager director coordinator specialist officer lead'.split())}"

    def department(self) -> str:
        return self.pick("Finance Marketing Sales Engineering Logistics Legal Support Research Operations Purchasing Design Security Accounting Facilities HR IT".split() + ["Human Resources", "Customer Service", "Quality Control", "Public Relations", "Data Science"])

    # ---- contacts
    def email(self, person: str | None = None) -> str:
        parts = re.findall(r"[A-Za-z]+", (person or self.person()).lower()) or ["info"]
        stem = self.pick([".".join, "_".join, "".join, lambda p: p[0][0] + p[-1], lambda p: p[-1], lambda p: p[0] + str(self.number(1, 99))])(parts)
        if self.chance(0.15):
            stem = self.pick("info support sales office contact billing orders hello press jobs help".split())
        domain = re.sub(r"[^a-z]", "", self.pick([self.last(), self.invented(), self.word("noun")]).lower()) or "mail"
        return f"{stem}@{domain}.{self.pick('com com org net io de co.uk fr eu example'.split())}" if self.chance(0.8) else f"{stem}@{self.pick('gmail.com outlook.com example.com yahoo.com example.org mail.com'.split())}"

    def digits(self, frame: str) -> str:
        return re.sub("#", lambda _: str(self.number(0, 9)), frame)

    def phone(self) -> str:
        return self.digits(self.pick(["###-###-####", "(###) ###-####", "+1 ### ### ####", "+44 20 #### ####", "+49 30 #######", "###.###.####", "0## ### ####", "555-####", "555-01##", "+33 1 ## ## ## ##", "07### ######", "+1-###-###-####"]))

    def street(self) -> str:
        name = self.word("street") if self.chance(0.5) else f"{self.pick([self.last(), self.invented(), self.pick(['Oak', 'Elm', 'Mill', 'Park', 'Church', 'Station', 'High', 'King', 'Lake', 'Hill', 'Garden'])])} {self.pick(['Street', 'Road', 'Avenue', 'Lane', 'Drive', 'Square', 'St', 'Ave', 'Way', 'Close'])}"
        return f"{self.number(1, 999)} {name}"

    def address(self) -> str:
        return f"{self.street()}, {self.city()}" + (self.digits(" #####") if self.chance(0.3) else "")

    def url(self) -> str:
        return f"{self.pick(['https://', 'www.', 'https://www.'])}{self.invented().lower()}.{self.pick(['com', 'org', 'io', 'net'])}{self.pick(['', '/' + self.word('noun')])}"

    # ---- numbers and times
    def code(self) -> str:
        letters = "".join(self.pick("ABCDEFGHKLMNPRSTUVWXZ") for _ in range(self.number(1, 3)))
        return self.pick([f"{letters}-{self.number(100, 99999)}", f"#{self.number(1000, 999999)}", f"{self.number(10000, 9999999)}", f"{letters}{self.number(100, 9999)}", f"{letters}-{self.number(2023, 2027)}-{self.number(1, 999):03d}", f"{letters}/{self.number(10, 99)}/{self.number(100, 999)}"])

    def date(self) -> str:
        day, month, year = self.number(1, 28), self.number(1, 12), self.number(2019, 2029)
        name = MONTHS[month - 1]
        end = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return self.pick([f"{day} {name} {year}", f"{name} {day}, {year}", f"{year}-{month:02d}-{day:02d}", f"{day:02d}/{month:02d}/{year}", f"{name} {day}", f"{day} {name}", f"{name} {day}{end}", f"{day} {name[:3]} {year}", f"{self.pick(WEEKDAYS)}, {name} {day}", f"{self.pick(WEEKDAYS)}, {day} {name}", f"{day:02d}.{month:02d}.{year}"])

    def weekday(self) -> str:
        return self.pick(WEEKDAYS)

    def time(self) -> str:
        hour, minute = self.number(1, 12), self.pick([0, 15, 30, 45, self.number(0, 59)])
        return self.pick([f"{hour}:{minute:02d}", f"{hour} {self.pick(['am', 'pm'])}", f"{hour}:{minute:02d} {self.pick(['am', 'pm', 'AM', 'PM'])}", f"{self.number(13, 23)}:{minute:02d}", f"{hour}{self.pick(['am', 'pm'])}", "noon" if self.chance(0.3) else f"{hour:02d}:{minute:02d}"])

    def money(self) -> str:
        n = self.pick([self.number(2, 99), self.number(100, 999), self.number(1000, 99999)])
        amount = self.pick([f"{n}", f"{n}.{self.number(0, 99):02d}", f"{n:,}", f"{n:,}.{self.number(0, 99):02d}"])
        return self.pick([f"${amount}", f"${amount}", f"€{amount}", f"£{amount}", f"{amount} euros", f"{amount} dollars", f"{amount} EUR", f"USD {amount}"])

    def quantity(self) -> str:
        return self.pick([str(self.number(2, 40)), str(self.number(41, 900)), self.pick("two three four five six seven eight nine ten twelve fifteen twenty".split())])

    def percent(self) -> str:
        return self.pick([f"{self.number(1, 95)}%", f"{self.number(1, 60)} percent", f"{self.number(1, 30)}.{self.number(1, 9)}%"])

    def duration(self) -> str:
        return f"{self.pick([str(self.number(2, 45)), self.pick('two three four five six eight ten'.split())])} {self.pick(['days', 'weeks', 'hours', 'minutes', 'months', 'years'])}"

    def clock(self) -> str:
        return f"{self.pick([self.date(), self.weekday()])} at {self.time()}"
