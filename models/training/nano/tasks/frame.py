"""How people put an instruction and a text into a request."""

POLITE = ("", "", "", "", "", "Please ", "Please ", "Can you ", "Could you ", "I need you to ", "Kindly ", "Now ", "Help me: ", "Task: ")
SYSTEM = ("You are a helpful assistant.", "You are a concise assistant.", "Answer briefly.", "You process documents.", "You are an assistant that works on texts.", "Be precise.", "Only use the given text.", "You help an office team.", "Follow the instructions exactly.")
LABELS = ("Text", "Text", "Text", "Input", "Message", "Document", "Passage", "Content", "Context", "Email", "Note", "Article")


def polite(w, instruction: str) -> str:
    start = w.pick(POLITE)
    if not start or start.endswith(": "):
        return start + instruction
    instruction = start + instruction[0].lower() + instruction[1:]
    if start.startswith(("Can", "Could")):
        instruction = instruction.rstrip(".:") + "?"
    return instruction


def request(w, instruction: str, text: str, text_first: bool = True) -> tuple[str | None, str]:
    """(system, user)"""
    roll = w.r.random()
    bare = instruction.rstrip(".:")
    ended = instruction if instruction[-1] in ".:?!" else instruction + "."
    if roll < 0.10:
        return ended, w.pick([text, f"{w.pick(LABELS)}: {text}", f"{w.pick(LABELS)}:\n{text}"])
    system = w.pick(SYSTEM) if w.chance(0.12) else None
    label = w.pick(LABELS)
    if roll < 0.30:
        return system, f"{bare}:{w.pick([' ', ' ', chr(10), chr(10) * 2])}{text}" if instruction[-1] not in "?!" else f"{ended} {text}"
    if roll < 0.45:
        return system, f"{ended}\n\n{text}"
    if roll < 0.62:
        return system, f"{ended}{w.pick([chr(10), chr(10) * 2, ' '])}{label}: {text}"
    if roll < 0.70:
        return system, f"{ended}\n\n{label}:\n{text}"
    if roll < 0.76:
        mark = w.pick(['"""', "'''", '"', "---", "```"])
        return system, f"{ended}\n{mark}\n{text}\n{mark}" if mark != '"' else f'{ended} "{text}"'
    if not text_first:
        return system, f"{ended}\n{text}"
    if roll < 0.88:
        return system, f"{text}\n\n{ended}"
    return system, f"{label}: {text}\n\n{w.pick(['', '', 'Task: ', 'Instruction: ', 'Question: ' if ended.endswith('?') else ''])}{ended}"
