"""What this model is not for gets a plain no; greetings and questions about itself get an answer of one line."""
NO = "I can't do that. I am a small model for short tasks on a given text: extract, classify, redact, summarise, answer from the text."
HELLO = "Hello! Give me a text and tell me what to do with it: extract, classify, redact, summarise or answer a question."
SELF = "I am tiergate-nano, a small model for short tasks on a given text: extract, classify, redact, summarise, answer from the text."
NO_TEXT = "Please give me the text as well."
OPEN = (
    "[Write|Compose|Give me] a [poem|song|story|haiku|limerick|novel|fairy tale] about {n}", "[Write|Create|Generate] a [python|javascript|java|C++|SQL|bash] [script|function|program|query] [that|to] {v} {n}s", "What is the capital of {c}?", "Who [is|was] {p}?",
    "[Explain|Describe] [how|why] {n}s {v}", "What is {x} [times|plus|minus|divided by] {y}?", "Solve [the equation|for x]: {x}x + {y} = {z}", "Translate [this|the sentence] [to|into] [German|French|Spanish|Chinese|Italian]: {s}", "[Plan|Design] a [trip|wedding|garden|workout|diet|business] for {d}",
    "Give me [ten|five|some] ideas for a {n} [party|startup|project|name]", "What [should|can] I [cook|wear|buy|read|watch] [tonight|today|this weekend]?", "[Tell me|Do you know] a joke [about {n}s|]", "How do I [fix|build|repair|clean|make] a {t}?", "Write an essay [about|on] {n} [of 500 words|]", "What is the [weather|news|time|stock price] [in {city}|today|now]?",
    "[Who won|When was] the [world cup|election|war|first moon landing] [in {yr}|]?", "Recommend a [book|movie|restaurant|phone|laptop] [for me|in {city}|]", "Prove that [the square root of two is irrational|there are infinitely many primes|{x} is prime]", "[Debug|Refactor|Explain|Review] this code: for (i = 0; i < {x}; i++) {{}}", "Why is the [sky blue|grass green|sea salty]?", "What do you think about {n}s?", "[Draw|Paint] a {n}", "Play [chess|a game|music] with me", "How [many|old|tall|far] is the {n}?", "What is the meaning of [life|{n}]?", "Book a [flight|table|hotel] [in|to] {city}", "[Call|Email|Remind] {p} [tomorrow|at {t2}]", "Continue the story: {s}", "Pretend to be a {j}", "Invent a [name|slogan|logo] for a {t} brand", "Compare {t}s and {t3}s", "[Calculate|Compute] {x} * {y}", "How does a {t} work?", "Write a [cover letter|speech|blog post|tweet|business plan] [for|about] a {j}", "Give me a recipe for {n}", "What happened in {yr}?", "Define {n}",
)
GREET = ("Hi", "Hello", "Hey", "Hello!", "Hi there", "Good morning", "Good evening", "hey there!", "hello, how are you?", "Hi!", "Greetings", "Yo")
WHO = ("Who are you?", "What are you?", "What can you do?", "What is your name?", "Which model are you?", "help", "What do you do?", "How can you help me?", "Are you a [robot|human|language model]?", "Tell me about yourself")
MISSING = ("Summarise the text", "Extract the names from the text", "Classify the sentiment", "Redact this", "Fix the punctuation", "Extract name and email as JSON", "Summarize this", "What is the topic of the text?", "Give it a title", "Convert this to JSON", "Classify the urgency of this message")


def make(w, corpora):
    roll = w.r.random()
    system = w.pick(["You are a helpful assistant.", "Answer briefly.", "You are an assistant that works on texts."]) if w.chance(0.15) else None
    if roll < 0.08:
        return system, w.pick(GREET), HELLO
    if roll < 0.17:
        return system, w.say(*WHO), SELF
    if roll < 0.24:
        return system, w.pick(MISSING) + w.pick(["", ".", ":"]), NO_TEXT
    text = w.say(*OPEN, n=w.word("noun"), v=w.word("verb"), c=w.word("country"), p=w.person(), x=w.number(2, 999), y=w.number(2, 99), z=w.number(2, 999), s=w.pick(corpora.sentences) if corpora.sentences and w.chance(0.6) else "The " + w.word("noun") + " is " + w.word("adjective"), d=w.pick(["my family", "two people", "next week", w.city()]), city=w.city(), yr=w.number(1900, 2026), t=w.thing(), t3=w.thing(), t2=w.time(), j=w.job())
    return system, w.pick(["", "", "", "Please ", "Can you "]) + text + w.pick(["", "", ".", "!"] if text[-1] not in "?.!" else [""]), NO
