"""What people live through with things, people and places: good and bad, told without the words "good" and "bad"."""
from .words_of_mood import BAD_DEEDS, BAD_FATES, BAD_FEELINGS, GOOD_DEEDS, GOOD_FATES, GOOD_FEELINGS

ROLES = "waiter receptionist driver doctor dentist nurse teacher seller cashier technician courier guide manager owner host barber mechanic plumber agent landlord trainer babysitter pharmacist instructor clerk chef bartender operator installer cleaner consultant".split()
ROLES += ["staff", "support team", "hotline", "front desk", "delivery man", "sales lady", "crew", "office", "seller", "company"]
THINGS = "battery screen zipper handle lid hinge motor cable plug strap sole seam wheel pump hose filter lock button speaker lens keyboard charger sensor remote cover frame leg blade paint coating display hard_drive mattress pillow blanket jacket boots bag tent chair desk lamp kettle toaster oven fridge washing_machine vacuum printer phone tablet laptop camera drone app website update game course book film concert hotel_room shower breakfast soup steak pizza coffee cake flight train taxi tour ticket".split()
TIMES = ("after a week", "after two days", "on the first day", "within a month", "from day one", "every single time", "the whole stay", "again and again", "after only three uses", "since we got it", "all year", "even in winter", "right away", "by the second evening")
LINKS = (". ", ". ", ". ", ", and ", "; ", " - ")
FRAMES = {
    "deed": ("The {r} {x}", "[Our|My|Their] {r} {x}", "[Yesterday|Last week|On our visit|This time] the {r} {x}", "I [must|have to] say that the {r} {x}", "{n} at the desk {x}"),
    "fate": ("The {t} {x}", "[My|Our|The new] {t} {x}", "The {t} {x} {when}", "{when}, the {t} {x}", "[I noticed that|It turned out that|Just so you know:] the {t} {x}"),
    "feeling": ("{x}", "{x}", "[Honestly|Overall|In short|All in all|To sum up|Frankly], {x}", "After [this visit|two weeks|a month|the trip], {x}"),
}



def thing(w) -> str:
    return w.pick(THINGS).replace("_", " ")


def told(w, mood: str) -> str:
    """One or two sentences; mood: positive or negative."""
    good = mood == "positive"
    parts = []
    for kind in w.sample(list(FRAMES), w.pick([1, 1, 2, 2, 3])):
        pool = {"deed": (BAD_DEEDS, GOOD_DEEDS), "fate": (BAD_FATES, GOOD_FATES), "feeling": (BAD_FEELINGS, GOOD_FEELINGS)}[kind][good]
        x = w.expand(w.pick(pool), {"n": w.first()})
        text = w.expand(w.pick(FRAMES[kind]), {"x": x, "r": w.pick(ROLES), "t": thing(w), "n": w.first(), "when": w.pick(TIMES)})
        parts.append(text[0].upper() + text[1:])
    text = parts[0]
    for part in parts[1:]:
        link = w.pick(LINKS)
        text += link + (part if link == ". " else part if part.startswith("I ") else part[0].lower() + part[1:])
    return text + w.pick([".", ".", ".", "!"])
