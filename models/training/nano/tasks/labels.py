"""What somebody wants: one of the intents that the request offers."""
from .frame import request
from .offer import offered, shown

OWN = {
    "refund": ("I want my money back", "please refund my {p}", "how do I get a refund for the {p}?", "I returned the {p} and want the money"),
    "order status": ("where is my {p}?", "when will my order arrive", "has my {p} been shipped?", "track my parcel"),
    "cancel order": ("please cancel my order", "I don't want the {p} any more, cancel it", "stop the order for the {p}"),
    "change address": ("I moved, please update my address", "send the {p} to a new address", "my street has changed"),
    "complaint": ("this is unacceptable, the {p} is broken", "I am very unhappy with your service", "your staff was rude to me"),
    "praise": ("great job, I love the {p}", "thanks, your team was wonderful", "the {p} is perfect, well done"),
    "technical support": ("the {p} does not turn on", "I can't log in", "the app crashes all the time", "my {p} shows an error"),
    "pricing question": ("how much is the {p}?", "what does the premium plan cost", "do you have a discount on the {p}?"),
    "opening hours": ("when are you open?", "are you open on {day}?", "what time do you close on {day}"),
    "appointment": ("can I book a visit on {day}?", "I need an appointment with the dentist", "is {day} at {t} free?"),
    "job application": ("I want to apply as {job}", "are you hiring a {job}?", "here is my CV for the {job} position"),
    "invoice copy": ("please send me the invoice again", "I need a copy of the bill for the {p}", "the receipt is missing"),
    "password reset": ("I forgot my password", "how do I reset my password?", "the reset link does not work"),
    "unsubscribe": ("take me off your mailing list", "stop sending me emails", "I want to unsubscribe"),
    "feature request": ("it would be nice if the app had a dark mode", "please add export to the {p}", "can you add support for tablets?"),
    "product question": ("does the {p} come in blue?", "is the {p} waterproof?", "how long is the warranty of the {p}"),
    "delivery problem": ("the {p} arrived broken", "the parcel was empty", "I got the wrong {p}"),
    "reservation": ("a table for {n} on {day} please", "I'd like to book a room for {n} nights", "reserve {n} seats"),
    "billing": ("I was charged twice this month", "why is there a fee on my bill", "my card was declined", "the invoice total looks wrong", "update my payment method please", "VAT is missing on the invoice"),
    "technical issue": ("the page shows error 500", "the app freezes when I press save", "sync does not work any more", "the screen stays black after the update", "bluetooth will not connect to the {p}", "upload fails every time"),
    "account access": ("my account is locked", "two-factor code never arrives", "I can't sign in on my phone", "someone else uses my login", "please unblock my user"),
    "shipping": ("do you ship to {c}?", "how long does delivery take", "can I pick the {p} up myself?", "what does express shipping cost", "my package is stuck at customs"),
    "returns": ("how can I return the {p}?", "I need a return label", "the {p} does not fit, I want to send it back", "what is your return policy", "exchange the {p} for another size"),
    "sales": ("we would like an offer for {n} {p}s", "can I get a demo of the product", "do you have volume prices?", "I want to talk to someone about buying {n} licences"),
    "feedback": ("your new design is much clearer", "I think the menu is confusing", "just wanted to say what I think of the {p}", "some thoughts after a month with the {p}"),
    "warranty": ("is my {p} still under guarantee?", "the {p} broke after a year, who pays the repair", "I want to register my warranty"),
    "hiring": ("do you have open positions", "we need to fill the role of {job}", "please schedule the interview with the {job}"),
    "travel request": ("please book my flight to {c}", "I need a hotel in {c} on {day}", "which train goes to {c}?"),
    "holiday request": ("I would like to take {day} off", "can I have two weeks of vacation in May", "please approve my leave"),
    "sick note": ("I have a fever and stay home today", "I can't come in, I am ill", "the doctor wrote me off until {day}"),
    "it support": ("my laptop does not start", "I need a new monitor", "install the {p} driver please", "the VPN keeps dropping"),
    "maintenance": ("the heating in room {n} is cold", "a lamp is broken in the hallway", "the tap drips", "the lift is stuck again"),
    "security": ("I found a badge in the lobby", "a stranger is in the building", "I got a phishing mail", "the back door was open all night"),
    "legal": ("can you check this contract", "we received a letter from a lawyer", "is the licence compatible with ours?"),
    "marketing": ("the banner for the campaign is ready", "please post this on our channels", "which slogan do we use for the {p}?"),
    "greeting": ("hello there", "good morning", "hi, how are you?"),
    "goodbye": ("bye, see you", "have a good day", "talk to you later"),
}
ASKS = ("Classify the intent", "What is the intent of this message?", "What does the [user|customer|person] want?", "Which intent is it?", "Choose the [right|best] [intent|category]", "Detect the intent", "Route this message to the right [queue|category]", "Label the [message|request]", "Pick the category of this [message|request]", "What kind of request is this?", "Assign a category", "Intent?")


def make(w, corpora):
    if corpora.families and w.chance(0.6):
        family = w.pick(corpora.families)
        label = w.pick(family)
        text = w.pick(corpora.intents[label])
        others = w.sample([x for x in family if x != label], w.number(1, 6))
    else:
        label = w.pick(list(OWN))
        text = w.say(*OWN[label], p=w.product(), day=w.weekday(), t=w.time(), job=w.job(), n=w.quantity(), c=w.city())
        text = text[0].upper() + text[1:] if w.chance(0.6) else text
        text += w.pick(["", "", ".", "!", " Thanks", " Please help."]) if text[-1] not in "?!." else ""
        others = w.sample([x for x in OWN if x != label], w.number(1, 6))
    labels = others + [label]
    w.r.shuffle(labels)
    style = w.pick([0, 0, 0, 1, 2])
    labels, label = [shown(x, style) for x in labels], shown(label, style)
    return *request(w, offered(w, w.say(*ASKS), labels), text), label
