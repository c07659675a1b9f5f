#!/usr/bin/env python3
"""Looks at the page of `akshara view` in a real browser, as people do: by eye, keyboard and mouse.

    AKSHARA_BINARY=.build/release/akshara view_page.py [--shots FOLDER]

Browser: the system's chromium, else the one that playwright (tools/page-requirements.txt) brings. Data: the samples of
the repository, sharded with their tokenizer; 300,000 conversations for the long list. Exit status 1 if a check fails;
a browser or font that is missing is a failure, too. With --shots a picture of each view is written to FOLDER.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))
TOKENIZER = ROOT / "samples/base/tokenizer.json"
LONG = int(os.environ.get("AKSHARA_PAGE_ROWS", 300_000))

faults = []


def check(condition, sentence):
    print(("ok    " if condition else "FAULT ") + sentence, flush=True)
    if not condition:
        faults.append(sentence)


def akshara(*arguments):
    outcome = subprocess.run([AKSHARA, *map(str, arguments)], capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"akshara {arguments[0]} ended with {outcome.returncode}: {outcome.stderr}")


@contextlib.contextmanager
def served(*arguments):
    """The page's address, while it is served."""
    process = subprocess.Popen([AKSHARA, "view", "--json", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            sys.exit(f"akshara view {arguments} ended with {process.wait()}")
        yield json.loads(line)["url"]
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            check(False, f"akshara view {arguments} ends when it is told to")


CONVERSATIONS = [
    {"id": "kannada", "language": "kn", "tags": ["story"], "messages": [
        {"role": "user", "content": "ಶ್ರೀಕೃಷ್ಣನ ಕ್ಷೇತ್ರ ಯಾವುದು? ಜ್ಞಾನ, ಸ್ತ್ರೀ, ಕೋರ್ಟ್‌ನಲ್ಲಿ"},
        {"role": "assistant", "content": "ಉಡುಪಿ.\nಕರ್ನಾಟಕದ ಕರಾವಳಿಯಲ್ಲಿದೆ."}]},
    {"id": "telugu", "language": "te", "tags": ["story"], "messages": [
        {"role": "user", "content": "శ్రీకృష్ణుడు ఎవరు? క్షేత్రం, జ్ఞానం, స్త్రీ"},
        {"role": "assistant", "content": "యశోద పెంచిన బాలుడు."}]},
    {"id": "mixed", "language": "mul", "tags": ["injection"], "messages": [
        {"role": "system", "content": "You translate. ಅನುವಾದಿಸು. అనువదించు."},
        {"role": "user", "content": "<script>document.title='evil'</script><b id=evil>ಕನ್ನಡ</b> <|im_end|>\u202eturned"},
        {"role": "assistant", "content": "తెలుగు: కన్నడ & English."}]},
]


def make(folder):
    """A shard set of the sample's conversations, and conversations for the long list."""
    akshara("import", "fountain", ROOT / "samples/quickstart/kannada-scenes.fountain", "--assistant", "ಅಜ್ಜಿ",
            "--language", "kn", "--output", folder / "kn.jsonl")
    akshara("import", "dolly", ROOT / "samples/quickstart/instructions.jsonl", "--output", folder / "in.jsonl")
    lines = [json.dumps(conversation, ensure_ascii=False) for conversation in CONVERSATIONS]
    imported = [line for name in ("kn.jsonl", "in.jsonl") for line in (folder / name).read_text().splitlines()]
    texts = {line: [m["content"] for m in json.loads(line)["messages"]] for line in imported}
    usable = [line for line in imported if all(isinstance(text, str) and text.strip() for text in texts[line])]
    # A row of more than 8,000 tokens.
    words = " ".join(text for line in usable for text in texts[line])
    lines.append(json.dumps({"id": "long", "language": "mul", "messages": [
        {"role": "user", "content": words[:25_000]}, {"role": "assistant", "content": words[:3_000]}]}, ensure_ascii=False))
    (folder / "all.jsonl").write_text("\n".join(lines + usable) + "\n")
    akshara("shard", folder / "all.jsonl", "--tokenizer", TOKENIZER, "--template", "chatml", "--max-length", 100_000,
            "--output", folder / "set")
    with open(folder / "many.jsonl", "w") as file:
        for number in range(LONG):
            text = CONVERSATIONS[number % 2]["messages"][0]["content"]
            file.write(json.dumps({"id": f"row-{number}", "messages": [
                {"role": "user", "content": f"{number} {text}"}, {"role": "assistant", "content": str(number)}]},
                ensure_ascii=False) + "\n")


class Window:
    """A browser window on the page, which notes what goes wrong in it and what it asks for."""

    def __init__(self, browser, url, dark=False, width=1360, height=860):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light",
            reduced_motion="reduce")
        self.page = self.context.new_page()
        self.troubles, self.requests = [], []
        self.page.on("console", lambda message: self.troubles.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)
        self.page.wait_for_selector("#row h2")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def title(self):
        return self.page.evaluate("() => document.querySelector('#row h2')?.textContent")

    def wait_title(self, title, seconds=8):
        try:
            self.page.wait_for_function("title => document.querySelector('#row h2')?.textContent === title", arg=title, timeout=1000 * seconds)
        except Exception:
            pass
        return self.title() == title

    def wait(self, expression, argument=None):
        try:
            self.page.wait_for_function(expression, arg=argument, timeout=8000)
            return True
        except Exception:
            return False

    def fonts(self, selector):
        """The fonts that an element's glyphs are really drawn with."""
        client = self.context.new_cdp_session(self.page)
        client.send("DOM.enable")
        client.send("CSS.enable")
        root = client.send("DOM.getDocument")["root"]["nodeId"]
        node = client.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        return {font["familyName"] for font in client.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]}

    def shot(self, name):
        if SHOTS:
            self.page.screenshot(path=str(SHOTS / f"{name}.png"))


# The contrast of an element's text with what stands behind it (WCAG 2.2, 1.4.3), the lowest of all that match.
CONTRAST = """selector => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, below) => top.slice(0, 3).map((value, i) => value * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let lowest = Infinity;
  for (const node of [...document.querySelectorAll(selector)].slice(0, 60)) {
    let ground = rgba(getComputedStyle(document.body).backgroundColor);
    const parents = []; for (let each = node; each; each = each.parentElement) parents.unshift(each);
    for (const each of parents) ground = over(rgba(getComputedStyle(each).backgroundColor), ground);
    const [a, b] = [light(over(rgba(getComputedStyle(node).color), ground)), light(ground)].sort((x, y) => y - x);
    lowest = Math.min(lowest, (a + 0.05) / (b + 0.05));
  }
  return lowest;
}"""


def first_paint(window):
    times = window.page.evaluate("""() => ({paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
        shown: performance.getEntriesByName('akshara-shown')[0]?.startTime})""")
    print(f"      first paint {times['paint']:.0f} ms, first row shown {times['shown']:.0f} ms")
    # Loose: CI machines are slow and busy.
    check(times["shown"] < 3000, "the first row is shown within 3 s")


def looks(window):
    page = window.page
    check(window.title() == "kannada", "the first row is shown")
    check(window.fonts("#row .text span[lang=kn]") == {"Noto Sans Kannada"}, "Kannada is drawn with Noto Sans Kannada")
    # The dots behind a shortened text come from another font.
    check("Noto Sans Kannada" in window.fonts(".snippet span[lang=kn]"), "Kannada in the list, too")
    window.shot("conversation")
    window.press("j")
    check(window.wait_title("telugu"), "j goes to the next row")
    check(window.fonts("#row .text span[lang=te]") == {"Noto Sans Telugu"}, "Telugu is drawn with Noto Sans Telugu")
    window.press("k")
    check(window.wait_title("kannada"), "k goes back")
    window.press("t")
    page.wait_for_selector(".mask .t")
    text = page.evaluate("""() => { const mask = document.querySelector('.mask').cloneNode(true);
        mask.querySelectorAll('.break, sup').forEach(node => node.remove()); return mask.textContent; }""")
    expected = "<|im_start|>user\n" + CONVERSATIONS[0]["messages"][0]["content"] + "<|im_end|>\n"
    check(text.startswith(expected), "the tokens are the text, byte for byte")
    check(page.locator(".mask .t.special").count() == 4, "four control tokens are marked")
    supervised = page.evaluate("() => [...document.querySelectorAll('.mask .t.supervised')].map(n => n.firstChild.textContent).join('')")
    check("ಉಡುಪಿ" in supervised and "ಕ್ಷೇತ್ರ" not in supervised, "the answer is trained on, the question is not")
    check(window.fonts(".mask .t[lang=kn]:not(.cut)") == {"Noto Sans Kannada"}, "tokens keep their script's font")
    torn = page.evaluate("() => [...document.querySelectorAll('.mask .t')].filter(n => /^[\\u0CBC-\\u0CD6\\u200C\\u200D]/.test(n.textContent)).length")
    check(torn == 0, "no letter is torn from its vowel sign")
    window.shot("tokens")
    window.press("ArrowRight", "ArrowRight")
    check("ID" in page.inner_text("#inspector"), "→ tells of a token its ID and bytes")
    page.hover(".mask .t.supervised >> nth=0")
    inspector = page.inner_text("#inspector")
    check(all(word in inspector for word in ("label", "bytes", "span", "weight", "assistant")), "pointing at a token tells ID, label, bytes, span, weight")
    window.press("i", "b")
    check(page.locator(".chips .t small").count() > 20, "i and b show IDs and bytes")
    window.shot("ids-and-bytes")
    window.press("i", "b", "x")
    check(page.locator(".aksharas .a").count() > 10, "x shows aksharas")
    conjuncts = page.evaluate("() => [...document.querySelectorAll('.aksharas .a')].map(n => n.textContent)")
    check("ಕ್ಷೇ" in conjuncts or "ಷ್ಣ" in conjuncts or "ಜ್ಞಾ" in conjuncts, "conjuncts are one akshara")
    window.press("x", "t")


def data_is_text(window):
    page = window.page
    window.press("/")
    page.keyboard.type("evil")
    check(window.wait_title("mixed"), "the search finds the row")
    check(page.inner_text("#found").startswith("1 of "), "and says how many there are")
    check(page.title() != "evil" and page.locator("#evil").count() == 0, "markup in data stays text")
    check("‹U+202E›" in page.inner_text("#row"), "a mark that turns the direction is shown, not obeyed")
    check(page.evaluate("() => [...document.querySelectorAll('#row [lang]')].map(n => n.lang)").count("te") > 0, "mixed rows have a lang for each script")
    page.fill("#search", "ಇಲ್ಲದ ಮಾತು")
    check(window.wait("() => document.querySelector('#row .empty')"), "a search without a hit says so")
    page.fill("#search", "")
    check(window.wait_title("kannada"), "an empty search lists all")
    window.press("Escape")


def filters(window):
    page = window.page
    window.press("f")
    check(page.is_visible("#filters") and page.get_attribute("#filter-button", "aria-expanded") == "true", "f opens the filters")
    page.select_option("[name=language]", "te")
    check(window.wait_title("telugu"), "rows are filtered by language")
    window.shot("filters")
    page.click("#clear-filters")
    check(window.wait_title("kannada"), "and shown again")
    page.check("[name=control]")
    check(window.wait_title("mixed"), "rows with a control token's text are found")
    page.click("#clear-filters")
    page.fill("[name=min_tokens]", "8000")
    page.keyboard.press("Tab")
    check(window.wait_title("long"), "rows are filtered by length")
    window.press("Escape")
    started = time.monotonic()
    window.press("t")
    page.wait_for_function("() => document.querySelectorAll('.mask .t').length > 4000")
    print(f"      a row of {page.evaluate('() => state.shown.tokens.ids.length'):,} tokens drawn in {1000 * (time.monotonic() - started):.0f} ms")
    window.shot("long-row")
    window.press("t", "f")
    page.click("#clear-filters")
    window.wait_title("kannada")
    window.press("Escape")


def verdicts(window, other, file):
    page = window.page
    page.focus("#list")
    window.press("a")
    check(window.wait_title("telugu"), "after a verdict the next row is shown")
    window.press("r")
    window.wait_title("mixed")
    window.press("n")
    page.wait_for_selector("#note[open]")
    page.keyboard.type("ends in the middle; ಅರ್ಧ")
    page.keyboard.press("Control+Enter")
    check(window.wait("() => document.querySelector('#row .note')?.textContent.includes('ಅರ್ಧ')"), "n writes a note")
    changes = [json.loads(line) for line in file.read_text().splitlines()]
    check([(c["id"], c.get("verdict"), c.get("note")) for c in changes]
          == [("kannada", "accept", None), ("telugu", "reject", None), ("mixed", None, "ends in the middle; ಅರ್ಧ")],
          "the file has each change, a line each")
    check(all(c["set"].startswith("sha256:") and c["time"] and "by" in c for c in changes), "with the set, who and when")
    window.shot("verdicts")
    other.page.reload()
    check(other.wait("() => document.querySelector('#line-0 .mark.accept') && document.querySelector('#line-1 .mark.reject')"), "a second window shows them")
    window.press("u")
    check(window.wait_title("telugu") and window.wait("() => !document.querySelector('#line-1 .mark.reject')"), "u takes the last one back")
    window.press("k")
    window.wait_title("kannada")


def dialogs(window):
    page = window.page
    window.press("?")
    check(page.is_visible("#help dl"), "? shows the keys")
    window.shot("keys")
    window.press("Escape", "l")
    check(page.is_visible("#ledger svg"), "l draws the ledger")
    sums = page.evaluate("() => state.set.ledger.every(e => e.rendered + e.repeated === e.supervised + e.context + e.truncated + e.dropped)")
    widths = page.evaluate("() => [...document.querySelectorAll('#ledger-body tbody svg')].map(s => [...s.querySelectorAll('rect')].reduce((w, r) => w + Number(r.getAttribute('width')), 0))")
    check(sums and all(abs(width - 1000) < 0.01 for width in widths), "its bars add up")
    window.shot("ledger")
    window.press("Escape")
    check(not page.is_visible("#ledger svg"), "Esc closes it")


def compares(window):
    page = window.page
    window.press("c")
    page.wait_for_selector(".sides section:nth-child(2) .t")
    tokens = page.evaluate("() => [...document.querySelectorAll('.sides td.n')].map(n => n.textContent)")
    check(len(tokens) == 8 and page.locator(".sides .mask").count() == 2, "c shows both sides with their counts")
    window.shot("comparison")
    window.press("t", "t")


def accessible(window):
    page = window.page
    nameless = page.evaluate("""() => [...document.querySelectorAll('button, input, select, textarea, [role=option], dialog, [role=group]')]
        .filter(n => n.checkVisibility() && !(n.innerText?.trim() || n.getAttribute('aria-label') || n.labels?.[0]?.innerText.trim())).length""")
    check(nameless == 0, "everything that can be used has a name")
    check(page.get_attribute("#list", "role") == "listbox" and page.locator(".line[aria-selected=true]").count() == 1, "the list is a listbox with one option chosen")
    check(page.get_attribute("#list", "aria-activedescendant") == page.locator(".line[aria-selected=true]").get_attribute("id"), "which is the active one")
    tabs = []
    page.focus("#search")
    for _ in range(8):
        page.keyboard.press("Tab")
        tabs.append(page.evaluate("() => document.activeElement.id || document.activeElement.textContent"))
    check(len(set(tabs)) == 8, "Tab goes on through the page")
    page.focus("#list")


def contrasts(window, name):
    if not window.page.locator(".mask .t").first.is_visible():
        window.press("t")
    window.page.wait_for_selector(".mask .t")
    for selector in (".t.supervised", ".t.context:not(.special)", ".t.special", ".quiet", ".line .top span", ".snippet", ".facts span", ".tools button", ".legend span"):
        contrast = window.page.evaluate(CONTRAST, selector)
        check(contrast >= 4.5, f"{name}: {selector} has a contrast of {contrast:.1f}, 4.5 or more")
    window.shot(f"tokens-{name}")
    window.press("t")


def narrow(browser, url):
    window = Window(browser, url, width=360, height=740)
    for view in ("conversation", "tokens"):
        width = window.page.evaluate("() => document.documentElement.scrollWidth")
        check(width <= 360, f"nothing is wider than a narrow window ({view}: {width})")
        window.shot(f"narrow-{view}")
        window.press("t")
    window.context.close()


def long_list(browser, folder):
    with served(folder / "many.jsonl") as url:
        window = Window(browser, url)
        page = window.page
        first_paint(window)
        check(page.locator(".line").count() < 40, "only the lines in view are drawn")
        window.press("g")
        page.keyboard.type("251234")
        window.press("Enter")
        check(window.wait_title("row-251234"), "g goes to a row far away")
        box = page.locator("#list").bounding_box()
        page.mouse.move(box["x"] + 50, box["y"] + 50)
        before = page.evaluate("() => list.top")
        page.mouse.wheel(0, 58 * 3)
        check(window.wait("before => Math.abs(list.top - before - 3) < 0.01", before), "the wheel moves a long list line by line")
        window.press("End")
        check(window.wait_title(f"row-{LONG - 1}"), "End goes to the last row")
        # The row's title may come before the list is drawn, and a line may be drawn again between two questions.
        bottom = """id => {
            const [line, list] = [id, "list"].map(name => document.getElementById(name)?.getBoundingClientRect())
            return line && line.bottom <= list.bottom + 1
        }"""
        check(window.wait(bottom, f"line-{LONG - 1}"), "which is in view")
        page.evaluate("() => { document.getElementById('list').scrollTop = document.getElementById('list').scrollHeight / 2; }")
        check(window.wait(f"() => Math.abs(list.top - {LONG // 2}) < {LONG // 100} && !document.querySelector('.line .top:only-child')"), "the scroll bar goes to the middle")
        took = page.evaluate("""async count => { const times = []; for (let i = 0; i < 50; i++) { const from = Math.floor(Math.random() * (count - 100));
            const start = performance.now(); await (await fetch(`/api/rows?from=${from}&count=50`)).json(); times.push(performance.now() - start); }
            times.sort((a, b) => a - b); return [times[25], times[47]]; }""", LONG)
        print(f"      a page of 50 rows anywhere: {took[0]:.1f} ms, {took[1]:.1f} ms at most in 19 of 20")
        window.press("/")
        page.keyboard.type(str(LONG - 7) + " ")
        check(window.wait_title(f"row-{LONG - 7}", 60), "a search goes through all rows")
        check(not window.troubles, f"nothing went wrong: {window.troubles}")
        window.context.close()


def kept_verdicts(file):
    """The last verdict on each conversation, in the order of the first."""
    verdicts = {}
    for line in file.read_text().splitlines() if file.exists() else []:
        change = json.loads(line)
        if "verdict" in change:
            verdicts[change["id"]] = change["verdict"]
    return verdicts


def quick_keys(browser, folder):
    """A verdict belongs to the row that is chosen when its key is pressed, however quickly."""
    quick = [{"id": f"quick-{number}", "messages": [{"role": "user", "content": str(number)}, {"role": "assistant", "content": "ok"}]} for number in range(60)]
    (folder / "quick.jsonl").write_text("".join(json.dumps(line) + "\n" for line in quick))
    file = folder / "quick.verdicts"
    with served(folder / "quick.jsonl", "--verdicts", file) as url:
        window = Window(browser, url)
        window.press(*["r"] * 20)
        window.wait("() => state.set.reviews.reject === 20")
        check(kept_verdicts(file) == {f"quick-{number}": "reject" for number in range(20)}, "20 quick verdicts are on 20 rows")
        # As through a slow line: each request is held up on its own.
        window.page.route("**/api/**", lambda route: (time.sleep(0.03), route.continue_()))
        window.press("j", "a", "j", "a")
        window.wait("() => state.set.reviews.accept === 2")
        check([each for each, verdict in kept_verdicts(file).items() if verdict == "accept"] == ["quick-21", "quick-23"], "j and a at once judge the row that j chose")
        window.page.unroute_all(behavior="wait")
        window.wait_title("quick-24")
        window.page.evaluate("() => document.dispatchEvent(new KeyboardEvent('keydown', {key: 'r', repeat: true, bubbles: true, cancelable: true}))")
        window.page.wait_for_timeout(200)
        check("quick-24" not in kept_verdicts(file), "a key that is held down judges nothing")
        window.context.close()


def rows_of_one(browser, folder):
    """A verdict holds for all rows of its conversation, in every window."""
    text = CONVERSATIONS[0]["messages"]
    (folder / "one.jsonl").write_text("".join(json.dumps({"id": name, "messages": text * 12}) + "\n" for name in ("one", "two")))
    akshara("shard", folder / "one.jsonl", "--tokenizer", TOKENIZER, "--template", "chatml", "--max-length", 300,
            "--truncation", "split", "--output", folder / "one")
    with served(folder / "one") as url:
        window, other = Window(browser, url), Window(browser, url)
        of_one = "[...document.querySelectorAll('.line')].filter(line => line.querySelector('.id')?.textContent === 'one')"
        check(window.page.evaluate(f"() => {of_one}.length > 1"), "a conversation has several rows")
        window.press("r")
        check(window.wait(f"() => {of_one}.every(line => line.querySelector('.mark.reject'))"), "a verdict is shown with all rows of its conversation")
        check(window.wait_title("two"), "and the next conversation follows")
        other.press("j")
        check(other.wait("() => state.position === 1 && document.querySelector('#reject').getAttribute('aria-pressed') === 'true'"), "another window shows it with the next row that is chosen")
        for each in (window, other):
            each.context.close()


def notes(browser, folder):
    file = folder / "notes.verdicts"
    with served(folder / "quick.jsonl", "--verdicts", file) as url:
        window = Window(browser, url)
        page = window.page
        page.route("**/api/reviews", lambda route: route.fulfill(status=500, content_type="application/json", body='{"error": "the disk is read-only"}'))
        window.press("n")
        page.keyboard.type("worth keeping")
        window.press("Control+Enter")
        page.wait_for_timeout(300)
        check(page.is_visible("#note[open]") and page.input_value("#note-text") == "worth keeping", "a note that is not kept stays in its dialog")
        check("the disk is read-only" in page.inner_text("#note"), "which says why")
        window.shot("note-not-kept")
        page.unroute_all(behavior="wait")
        if not page.is_visible("#note[open]"):
            window.press("n")
        page.fill("#note-text", "ಕ" * 1400)
        window.press("Control+Enter")
        page.wait_for_timeout(300)
        check("104 too many" in page.inner_text("#note") and not file.exists(), "a note that is too long is refused, and nothing of it is cut")
        page.fill("#note-text", "ಕ" * 1365)
        window.press("Control+Enter")
        check(window.wait("() => !document.querySelector('#note[open]') && document.querySelector('#row .note')"), "a note of the greatest length is kept")
        check(window.wait("() => document.querySelector('.line .mark.note')"), "the list marks its row")
        style = page.evaluate("() => { const style = getComputedStyle(document.querySelector('.line .mark.note')); return [style.paddingLeft, style.borderLeftWidth, style.marginBottom]; }")
        check(style == ["0px", "0px", "0px"], f"and the mark stands in its line: {style}")
        window.shot("note-in-list")
        window.context.close()


def looked_at(browser, folder):
    verdict_file = folder / "set.verdicts.jsonl"
    with served(folder / "set", "--compare-tokenizer", TOKENIZER, "--compare-template", "completion") as url:
        strangers = browser.new_context().new_page()
        answer = strangers.goto(url.split("?")[0])
        check(answer.status == 403, "without the token there is no page")
        window, other = Window(browser, url), Window(browser, url, dark=True)
        first_paint(window)
        check("token=" not in window.page.url, "the token leaves the address bar")
        looks(window)
        data_is_text(window)
        filters(window)
        compares(window)
        accessible(window)
        verdicts(window, other, verdict_file)
        dialogs(window)
        contrasts(window, "light")
        contrasts(other, "dark")
        narrow(browser, url)
        base = url.split("?")[0]
        for each in (window, other):
            check(not each.troubles, f"nothing went wrong: {each.troubles}")
            outside = [request for request in each.requests if not request.startswith(base)]
            check(not outside, f"nothing is asked of another server: {outside}")
    akshara("curate", folder / "all.jsonl", "--verdicts", verdict_file, "--output", folder / "curated")
    with open(verdict_file, "a") as file:
        file.write('{"id":"telugu","verdict":"reject"}\n')
    akshara("curate", folder / "all.jsonl", "--verdicts", verdict_file, "--output", folder / "curated")
    report = json.loads((folder / "curated/report.json").read_text())
    check(report["reasons"].get("rejected_by_review") == 1, "`akshara curate --verdicts` drops what was rejected")


def main():
    global SHOTS
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=pathlib.Path)
    SHOTS = parser.parse_args().shots
    if SHOTS:
        SHOTS.mkdir(parents=True, exist_ok=True)
    # Playwright's own browser is taken where the system has none.
    system = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = pathlib.Path(name)
        make(folder)
        # In containers and as root there is no sandbox; the page is our own.
        browser = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        print(f"      chromium {browser.version}")
        looked_at(browser, folder)
        quick_keys(browser, folder)
        rows_of_one(browser, folder)
        notes(browser, folder)
        long_list(browser, folder)
        browser.close()
    print(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
