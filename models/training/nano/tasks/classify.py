"""Sentiment, topic, urgency, language, junk: one label, of the request's own or of the usual ones."""
from ..documents import DOMAINS, document
from .frame import request
from .moods import review
from .offer import offered
from .tongues import TONGUES, spoken
from .topics import ALSO, TOPICS, about

SENTIMENT = ("Classify the sentiment", "What is the sentiment [of this review|of the text|]?", "Is the [review|customer|writer|text] [positive or negative|happy or not]?", "Sentiment?", "[Label|Rate|Detect|Determine] the sentiment [of this review|of the message|]", "How does the [writer|customer|author] feel?", "Sentiment analysis", "Judge the tone of this [review|feedback|comment]")
TOPIC = ("What is the topic?", "Classify the topic [of this text|]", "What is this [text|article|message] about?", "Assign a topic", "[Pick|Choose] the topic", "Topic?", "[Label|Sort|Categorise|Categorize] this [article|text|headline|news item] by topic", "Which [category|section] does this [article|text] belong to?")
URGENCY = ("How urgent is this?", "Classify the urgency", "[Rate|Judge|Determine] the urgency [of this message|of this ticket|]", "What is the priority of this [message|ticket|request]?", "Set the priority", "Urgency?", "Triage this [ticket|message]")
LANGUAGE = ("[Which|What] language is this?", "Detect the language", "In [which|what] language is the text [written|]?", "Identify the language [of the text|]", "Language?", "Name the language of this [text|message]")
JUNK = ("Is this spam?", "Classify [this message|the email] as spam or not", "Spam or not?", "Is this message junk?")
URGENT = ("[URGENT|Emergency|Critical|Important|Help]: {x}", "{x} [right now|immediately|at once|as soon as possible|ASAP|within the hour|today, no later]", "{x}, [customers cannot pay|we are losing money every minute|nobody can work|people may get hurt|production has stopped|all users are affected]", "[Please hurry|Act now|Drop everything|This cannot wait], {x}", "{x}. [We need this in ten minutes|The deadline is in an hour|Every minute counts|Call me immediately]")
SOON = ("{x} [this week|by Friday|in the next days|by tomorrow evening|before the weekend]", "[Please|Could you] look at this [soon|this week]: {x}", "{x}. [A reply by {d} would be good|It slows us down a bit|Some users are affected|There is a workaround]", "{x}, [it would help to have it by {d}|but we can work around it for now]")
LATER = ("{x}, [no hurry|no rush|whenever you have time|take your time|when you get a chance]", "[Just|Only] [a small idea|a suggestion|for your information|a minor thing]: {x}", "{x}. [It can wait|Not urgent|Some day would be fine|It is only cosmetic|Low priority|Nothing urgent]", "[At some point|Next month|Eventually], {x}", "[When you are free|If you find time], {x}")
GRAVE = ("[Fire|Smoke|A gas leak|An explosion] in the {r}", "[A man|A child|Our colleague|A guest] is [unconscious|bleeding|trapped in the lift|not breathing|in danger]", "[All|None of the] [servers|systems|phones|payments|orders] are [down|working] [since this morning|at every site|]", "We are [losing|missing] [orders|customers|money|data] every [minute|hour]", "[Hackers|Somebody|A thief] [got into|is in|broke into] the [{r}|database|network|building] [right now|]", "[Water|Oil|Acid] is [pouring|flooding|running] into the {r}", "The [{c}|alarm|brake|boiler|elevator] [failed|exploded|is on fire] and [people are|someone is] [hurt|stuck|in danger]", "Patient data [is leaking|can be seen by anyone]", "The [launch|flight|trial|audit] is in [one hour|thirty minutes] and the {c} is [gone|lost|broken]", "[Nobody|No customer] can [pay|log in|call us|check out]", "[Stop|Recall] [the line|all shipments] [now|at once], the {p} is [toxic|overheating|catching fire]")
MEDIUM = ("The {c} [fails|is slow|freezes] for [some|a few|several] [users|people|customers], [restarting helps|others can work]", "[Can|Could] someone [look at|replace|check] the {p} [tomorrow|this week|before {d}]?", "[My|Our] {c} is [due|needed] on {d}", "[One of|Two of] our [printers|scanners|screens] [stopped|is broken], we use [the other one|a spare]", "The {p} [has|shows] an error [now and then|every few days]", "Please [send|approve|review] the {c} by {d}")
SMALL = ("[Would be nice|It would be lovely|Maybe] to have a [new|second|bigger] {p} [in the {r}|some day|]", "The [colour|font|icon|logo|spelling] [of|on|in] the {c} [looks a bit off|could be nicer|is slightly wrong]", "[Just wondering|Out of curiosity]: who [made|chose|owns] the {c}?", "[A wish|An idea|A thought] for the next {c}: [more pictures|a new colour|larger letters]", "The plant in the {r} [needs water|looks sad]", "[FYI|For the record], the {c} [was moved|has a new name]", "[Thanks|Thank you] for the {c}, [nothing to do|no answer needed]", "[When|Where] is the [summer party|next team lunch|new coffee machine]?")
ISSUES = ("the server is down", "the {c} is broken", "we need the {c}", "the {p} does not work", "please check the {c}", "the {c} needs an update", "I cannot open the {c}", "send me the {c}", "the {p} must be replaced", "the payment page fails", "the {c} shows an old logo", "there is smoke in the {r}", "the {c} is missing a page", "water is coming into the {r}", "the printer in the {r} is out of paper", "the door of the {r} does not close", "could the {c} get a new color", "I have a question about the {c}", "our {c} was hacked", "the light in the {r} is off", "the database is not reachable", "a typo is in the {c}")
SPAM = ("[Congratulations|Winner|Attention]! You [have won|were selected for] [a free|an exclusive] {p}. Click {u}", "Earn {m} [per day|a week] from home, [no experience needed|guaranteed]", "[Limited offer|Act now|Last chance]: {p} [90% off|for free], visit {u}", "Your account [is suspended|will be closed]. [Verify|Confirm] your password at {u}", "[Hot|Cheap] {p}s, [best price|lowest price ever], order now!!!", "I am a prince and want to send you {m}, please give me your bank details", "Get a loan of {m} without checks, reply YES", "You are our lucky visitor, claim your {m} gift card at {u}", "Lose weight fast with this one pill, buy at {u}", "Double your money in {t} days, send {m} now")


def issue(w, frames=ISSUES) -> str:
    return w.say(*frames, d=w.weekday(), c=w.pick("website report calendar invoice newsletter backup form list contract dashboard manual presentation office server account page schedule".split()), p=w.thing(), r=w.pick("kitchen|lobby|basement|meeting room|server room|garage|warehouse|lab".split("|")))


def sentiment(w):
    moods = w.pick([["positive", "negative"], ["positive", "negative", "neutral"], ["positive", "negative", "neutral"], ["positive", "negative", "neutral", "mixed"]])
    mood = w.pick(moods)
    text = review(w, mood)
    names = w.pick([{}, {}, {}, {"positive": "good", "negative": "bad"}, {"positive": "Positive", "negative": "Negative", "neutral": "Neutral", "mixed": "Mixed"}, {"positive": "happy", "negative": "unhappy"}, {"positive": "satisfied", "negative": "dissatisfied"}, {"positive": "POSITIVE", "negative": "NEGATIVE", "neutral": "NEUTRAL", "mixed": "MIXED"}])
    return SENTIMENT, [names.get(m, m) for m in moods], names.get(mood, mood), text, not names and len(moods) < 4


def topic(w):
    chosen = w.pick(list(TOPICS))
    others = w.sample([t for t in TOPICS if t != chosen], w.number(2, 7))
    text = about(w, chosen)
    if w.chance(0.3):
        domain = w.pick([d for d in DOMAINS if d["topic"] in TOPICS])
        chosen, text = domain["topic"], document(w, domain, form="prose").text
        near = {"business": ("finance", "technology"), "finance": ("business",), "education": ("science",), "science": ("health", "education", "environment"), "politics": ("law", "environment"), "food": (), "technology": ("business",)}
        others = w.sample([t for t in TOPICS if t != chosen and t not in near.get(chosen, ())], w.number(2, 6))
    style = w.pick([str, str, str, str.capitalize])
    names = {t: w.pick(ALSO[t].split("|")) if w.chance(0.35) else t for t in [*others, chosen]}
    labels = list(dict.fromkeys(style(names[t]) for t in others if names[t] != names[chosen]))
    return TOPIC, [*labels, style(names[chosen])], style(names[chosen]), text, False


def urgency(w):
    names = w.pick([["low", "medium", "high"], ["low", "medium", "high"], ["low", "high"], ["urgent", "not urgent"], ["low", "normal", "urgent"], ["Low", "Medium", "High"], ["P1", "P2", "P3"]])
    level = w.number(0, len(names) - 1)
    ranked = {"urgent": [URGENT, LATER], "P1": [URGENT, SOON, LATER], "low": [LATER, SOON, URGENT] if len(names) == 3 else [LATER, URGENT]}.get(names[0], [LATER, SOON, URGENT])
    told = {id(LATER): SMALL, id(SOON): MEDIUM, id(URGENT): GRAVE}[id(ranked[level])]  # by what happened, not by words for haste
    text = issue(w, told) if w.chance(0.4) else w.say(*ranked[level], x=issue(w), d=w.weekday())
    text = text[0].upper() + text[1:]
    return URGENCY, names, names[level], text + ("" if text[-1] in ".!?" else w.pick([".", ".", "!" if ranked[level] is URGENT else "."])), names == ["low", "medium", "high"]


def language(w):
    tongue = w.pick(list(TONGUES))
    others = w.sample([t for t in TONGUES if t != tongue], w.number(2, 5))
    return LANGUAGE, others + [tongue], tongue, spoken(w, tongue), True


def junk(w):
    is_spam = w.chance(0.5)
    text = w.say(*SPAM, p=w.product(), u=w.url(), m=w.money(), t=w.quantity()) if is_spam else w.pick([document(w, most=3, form="prose").text, review(w, w.pick(["positive", "negative", "neutral"])), issue(w).capitalize() + "."])
    names = w.pick([["spam", "not spam"], ["spam", "not spam"], ["yes", "no"], ["spam", "ham"], ["junk", "ok"]])
    return (("Is this spam?",) if names[0] == "yes" else JUNK), names, names[0 if is_spam else 1], text, names[1] == "not spam"


KINDS = ((sentiment, 34), (topic, 26), (urgency, 18), (language, 12), (junk, 10))


def make(w, corpora):
    kind = w.r.choices([k for k, _ in KINDS], [n for _, n in KINDS])[0]
    asks, labels, label, text, usual = kind(w)
    labels = list(labels)
    w.r.shuffle(labels)
    ask = w.say(*asks)
    # Where the labels are the usual ones, people often do not say them.
    instruction = ask if usual and w.chance(0.35) else offered(w, ask, labels)
    return *request(w, instruction, text), label
