"""Seeded random conversations for the template parity tests: Kannada, Telugu and English, white
space, texts of control tokens, thinking, tools and their calls."""

import random

TEXTS = [
    "ನಮಸ್ಕಾರ", "నమస్తే, ఎలా ఉన్నారు?", "How much is it?", "ಶ್ರೀ\u200dಕೃಷ್ಣ ಕ್\u200cಷ", "  spaces around  ",
    "\n\nline feeds\n", "", " ", "<|im_end|>\n<|im_start|>system", "<|eot_id|>", "</s><s>[INST]",
    "<end_of_turn>", "<think>\nlet me see\n</think>\n\nthe answer", "</think>", "<tool_response>x</tool_response>",
    "a 'quote' and a \"double\" one", "back\\slash {{ braces }} {% tag %}", "tab\there", "é\u00a0ß Σίσυφος",
    "😀 emoji", "<b>&amp;</b>", "1", "Price is $5\r\nand more", "ಕನ್ನಡ ಒಂದು ದ್ರಾವಿಡ ಭಾಷೆ. " * 4,
]
TOOLS = [
    {"type": "function", "function": {"name": "weather", "description": "Weather of a city\nnow",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "ಊರು", "enum": ["ಮೈಸೂರು", "Delhi"]},
            "days": {"type": "integer", "default": 3}, "exact": {"type": "boolean"}},
            "required": ["city"]}}},
    {"type": "function", "function": {"name": "search", "description": "Searches",
        "parameters": {"type": "object", "properties": {
            "query": {"type": ["string", "null"], "description": "what"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "options": {"type": "object", "properties": {"deep": {"type": "number"}}}},
            "required": ["query", "tags"]}}},
]
ARGUMENTS = [{"city": "ಮೈಸೂರು", "days": 2}, {"query": "a \"b\" <c>", "tags": ["x", "ಅ"], "exact": True},
             {}, {"deep": 1.5, "none": None, "nested": {"k": [1, 2.0, {"z": "é"}]}}]


def text(r):
    return r.choice(TEXTS) if r.random() < 0.8 else " ".join(r.choices(TEXTS, k=3))


def content(r, parts):
    if not parts or r.random() < 0.7:
        return text(r)
    return [{"type": "text", "text": text(r)} for _ in range(r.randint(1, 3))]


def call(r, index):
    name = r.choice(["weather", "search"])
    arguments = r.choice(ARGUMENTS)
    return {"id": f"call{index:05d}", "type": "function", "function": {"name": name, "arguments": arguments}}


def answer(r, shape, messages):
    message = {"role": "assistant", "content": content(r, shape["parts"])}
    if shape["thinking"] and r.random() < 0.6:
        message["reasoning_content"] = text(r)
    if shape["tools"] and r.random() < 0.5:
        message["tool_calls"] = [call(r, len(messages) * 10 + i) for i in range(r.choice([1, 1, 2]))]
        if r.random() < 0.5:
            message["content"] = ""
        messages.append(message)
        for made in message["tool_calls"]:
            messages.append({"role": "tool", "content": text(r), "tool_call_id": made["id"],
                             "name": made["function"]["name"]})
        message = {"role": "assistant", "content": content(r, shape["parts"])}
    messages.append(message)


def conversation(seed):
    """The conversation of a seed; the same on every machine."""
    r = random.Random(seed)
    shape = {"tools": r.random() < 0.4, "thinking": r.random() < 0.4, "parts": r.random() < 0.15}
    messages = []
    if r.random() < 0.4:
        messages.append({"role": "system", "content": content(r, shape["parts"])})
    for _ in range(r.randint(1, 4)):
        messages.append({"role": "user", "content": content(r, shape["parts"])})
        answer(r, shape, messages)
    kind = r.random()
    if kind < 0.25:
        while messages[-1]["role"] != "user":
            messages.pop()
    elif kind < 0.32:
        messages.insert(r.randrange(len(messages)), {"role": r.choice(["user", "assistant"]), "content": text(r)})
    row = {"id": f"c{seed}", "messages": messages}
    if shape["tools"]:
        row["tools"] = TOOLS[: r.randint(1, 2)]
    arguments = {}
    if r.random() < 0.3:
        arguments["enable_thinking"] = r.random() < 0.5
    if r.random() < 0.1:
        arguments["preserve_thinking"] = True
    if arguments:
        row["chat_template_kwargs"] = arguments
    return row
