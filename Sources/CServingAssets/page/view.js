// The page of `akshara view`: a list of rows of any length, the row in view, and what is said of it.
// It asks this machine alone. Text from data only ever becomes text nodes, never markup.
'use strict';

const $ = id => document.getElementById(id);
const numbers = new Intl.NumberFormat('en');
const count = n => numbers.format(n);

/** An element with properties, attributes (`aria-…`, `data-…`, `role`, `lang`) and children. */
function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === 'class') node.className = value;
    else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key in node && !key.includes('-') && key !== 'lang' && key !== 'role') node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

async function ask(path, parameters, options) {
  // A space is %20 in addresses; only forms write it as a plus.
  const query = parameters ? '?' + new URLSearchParams(parameters).toString().replaceAll('+', '%20') : '';
  let response;
  try {
    response = await fetch(path + query, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    const sentence = 'The server does not answer; is `akshara view` still running?';
    trouble(sentence);
    throw new Error(sentence);
  }
  if (!response.ok) {
    const text = await response.text();
    let sentence = text;
    try { sentence = JSON.parse(text).error; } catch { /* plain text */ }
    trouble(sentence);
    throw new Error(sentence);
  }
  trouble('');
  return response.json();
}

const PATIENCE = 20_000;  // milliseconds until a change counts as not kept

const send = (path, value) => ask(path, null, {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(value),
  priority: 'high', signal: AbortSignal.timeout(PATIENCE),
});

let lastTrouble = '';
/** Says what went wrong last, and which verdicts are still not kept. */
function trouble(sentence = lastTrouble) {
  lastTrouble = sentence;
  const ids = [...reviews.unkept.keys()];
  const names = ids.slice(0, 5).map(seen).join(', ') + (ids.length > 5 ? ` and ${count(ids.length - 5)} more` : '');
  const text = [sentence, ids.length && `Verdicts not kept: ${names}.`].filter(Boolean).join(' ');
  // Said once, not with every answer.
  if ($('trouble-text').textContent !== text) $('trouble-text').textContent = text;
  $('trouble').hidden = !text;
  $('again').hidden = !ids.length;
}

let saidTimer;
function say(sentence) {
  $('said').textContent = sentence;
  $('said').classList.add('shown');
  clearTimeout(saidTimer);
  saidTimer = setTimeout(() => $('said').classList.remove('shown'), 1800);
}

// ---------------------------------------------------------------- text

// A stretch of one script with what stands between its words. No part can match in two ways.
const SCRIPTS = /([\u0C80-\u0CFF][\u0C80-\u0CFF\u200C\u200D]*(?:[^\p{L}\p{M}\u200C\u200D\u0C80-\u0CFF]*[\u0C80-\u0CFF][\u0C80-\u0CFF\u200C\u200D]*)*)|([\u0C00-\u0C7F][\u0C00-\u0C7F\u200C\u200D]*(?:[^\p{L}\p{M}\u200C\u200D\u0C00-\u0C7F]*[\u0C00-\u0C7F][\u0C00-\u0C7F\u200C\u200D]*)*)/gu;

/** The language whose fonts a piece of text needs; `null` for the page's own. */
function fontLanguage(text) {
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code >= 0x0C80 && code <= 0x0CFF) return 'kn';
    if (code >= 0x0C00 && code <= 0x0C7F) return 'te';
  }
  return null;
}

// Characters that would not be seen, or would turn the direction of what follows.
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u200E\u200F\uFEFF]/g;
function seen(text) {
  return text.replace(UNSEEN, character => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7F) return '\u2421';
    return '\u2039U+' + code.toString(16).toUpperCase().padStart(4, '0') + '\u203A';
  });
}

/** Appends text with a `lang` for each stretch of Kannada or Telugu. */
function appendText(node, raw) {
  const text = seen(raw);
  let end = 0;
  for (const match of text.matchAll(SCRIPTS)) {
    if (match.index > end) node.append(text.slice(end, match.index));
    node.append(el('span', {lang: match[1] !== undefined ? 'kn' : 'te'}, match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) node.append(text.slice(end));
  return node;
}

// So many characters of a row are drawn, and so many of its tokens: browsers stand still for minutes over more.
const MOST_TEXT = 500_000, MOST_TOKENS = 100_000;
// The other side of a comparison may need more tokens for the same text.
const MOST_ENDS = 8 * MOST_TOKENS;

/** The beginning of a text, cut at a character, and better at a space. */
function beginning(text, length) {
  if (text.length <= length) return text;
  const space = Math.max(text.lastIndexOf(' ', length), text.lastIndexOf('\n', length));
  const end = space > length - 200 ? space : length;
  return text.slice(0, /[\uDC00-\uDFFF]/.test(text[end]) ? end - 1 : end);
}

const leftOut = (what, shown, all) =>
  el('p', {class: 'remark left-out', role: 'note'}, `The first ${count(shown)} of ${count(all)} ${what} are shown; the rest is left out here.`);

const textNode = (raw, properties = {}) => appendText(el('div', {class: 'text', ...properties}), raw);

// ---------------------------------------------------------------- state

const state = {
  set: null,
  filter: {}, at: 0,          // what is listed, and how often it was applied
  found: 0, scanned: 0, done: true,
  position: 0,                // the chosen line, counted in what is listed
  choice: null, shown: null,  // what is chosen there, at once; what is shown of it, as soon as it is there
  view: 'conversation', ids: false, bytes: false, aksharas: false,
  last: null,                 // the last verdict, to be taken back
};

function kept(key, value) {
  try {
    if (value === undefined) return localStorage.getItem('akshara.' + key);
    localStorage.setItem('akshara.' + key, value);
  } catch { /* a browser may keep nothing */ }
  return null;
}

// ---------------------------------------------------------------- list

const LINE = 58;
// Browsers place nothing below about 17 million pixels; a longer list is scrolled in proportion.
const TALLEST = 8_000_000;
const PAGE = 100, MOST_PAGES = 40;

const list = {
  pages: new Map(), waiting: new Set(), top: 0, height: 0, own: false, frame: 0, controller: new AbortController(),

  get visible() { return Math.max(1, Math.floor(this.height / LINE)); },
  get lastTop() { return Math.max(0, state.found - this.height / LINE); },
  get isLong() { return state.found * LINE > TALLEST; },

  /** Forgets what was listed, and lists anew. */
  reset() {
    this.controller.abort();
    this.controller = new AbortController();
    this.pages.clear();
    this.waiting.clear();
    this.top = 0;
    $('list').scrollTop = 0;
  },

  resize() {
    this.height = $('list').clientHeight;
    $('space').style.height = Math.min(state.found * LINE, TALLEST) + 'px';
    this.place(this.top);
  },

  /** Shows the list from line `top` on, which may be a fraction. */
  place(top) {
    this.top = Math.max(0, Math.min(top, this.lastTop));
    const box = $('list');
    const room = box.scrollHeight - box.clientHeight;
    const wanted = this.lastTop > 0 ? this.top / this.lastTop * room : 0;
    if (Math.abs(box.scrollTop - wanted) >= 1) {
      this.own = true;
      box.scrollTop = wanted;
    }
    this.draw();
  },

  /** The scroll bar was moved by hand. */
  scrolled() {
    if (this.own) { this.own = false; return; }
    const box = $('list');
    const room = box.scrollHeight - box.clientHeight;
    this.top = room > 0 ? box.scrollTop / room * this.lastTop : 0;
    this.draw();
  },

  draw() {
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.drawNow(); });
  },

  drawNow() {
    const first = Math.floor(this.top);
    const lines = [];
    for (let position = first; position < Math.min(state.found, first + this.visible + 2); position++) {
      lines.push(this.line(position));
    }
    $('lines').replaceChildren(...lines);
    $('lines').style.transform = `translateY(${-(this.top - first) * LINE}px)`;
    const chosen = $('line-' + state.position);
    if (chosen) $('list').setAttribute('aria-activedescendant', chosen.id);
    else $('list').removeAttribute('aria-activedescendant');
    clearTimeout(this.loading);
    if (!state.found) return;
    const load = () => this.load(first, first + this.visible + 2);
    // While the bar is dragged over a million rows only the places where it rests are asked for.
    if (this.pages.size === 0) load(); else this.loading = setTimeout(load, 30);
  },

  entry(position) { return this.pages.get(Math.floor(position / PAGE))?.[position % PAGE]; },

  line(position) {
    const entry = this.entry(position);
    const properties = {
      class: 'line', id: 'line-' + position, role: 'option', 'aria-selected': String(position === state.position),
      'aria-posinset': position + 1, 'aria-setsize': state.found, onclick: () => choose(position),
    };
    if (!entry) return el('div', properties, el('div', {class: 'top'}, count(position)));
    const verdict = entry.review?.verdict, note = entry.review?.note;
    const share = entry.tokens ? Math.round(100 * entry.supervised / entry.tokens) + ' %' : null;
    const snippet = el('div', {class: 'snippet'}, appendText(el('span', {class: 'asked'}), entry.snippet),
      entry.answer && appendText(el('span', {class: 'answered'}), entry.answer));
    return el('div', properties,
      el('div', {class: 'top'},
        el('span', {}, count(entry.row)), el('span', {class: 'id', title: entry.id}, seen(entry.id)),
        reviews.unkept.has(entry.id) ? el('span', {class: 'mark reject'}, '! not kept')
          : verdict && el('span', {class: 'mark ' + verdict}, verdict === 'accept' ? '✓ accepted' : '✗ rejected'),
        note && el('span', {class: 'mark note', title: note}, '✎ note'),
        entry.language && el('span', {}, entry.language),
        entry.tokens !== null && el('span', {title: 'tokens, and how many of them are trained on'}, `${count(entry.tokens)} · ${share ?? '–'}`)),
      snippet);
  },

  async load(first, end) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, Math.min(end, state.found) - 1) / PAGE); page++) {
      if (!this.pages.has(page) && !this.waiting.has(page)) this.fetchPage(page);
    }
  },

  async fetchPage(page) {
    this.waiting.add(page);
    const controller = this.controller, asked = reviews.tick;
    try {
      const answer = await ask('/api/rows', {...wanted(), from: page * PAGE, count: PAGE}, {signal: controller.signal});
      if (controller !== this.controller) return;
      for (const entry of answer.rows) entry.review = reviews.newest(entry.id, entry.review, asked);
      const isFull = answer.rows.length === PAGE || answer.done;
      this.pages.delete(page);
      this.pages.set(page, answer.rows);
      if (this.pages.size > MOST_PAGES) this.pages.delete(this.pages.keys().next().value);
      this.waiting.delete(page);
      took(answer);
      this.drawNow();
      if (!isFull) setTimeout(() => { if (controller === this.controller) this.fetchPage(page); }, 150);
    } catch { if (controller === this.controller) this.waiting.delete(page); }
  },

  /** Asks anew what is said of the rows in view: other windows and programs write verdicts, too. */
  freshen() {
    clearTimeout(this.freshening);
    this.freshening = setTimeout(async () => {
      const controller = this.controller, asked = reviews.tick;
      if (!state.found) return;
      try {
        const from = Math.min(Math.floor(this.top), state.found - 1);
        const answer = await ask('/api/rows', {...wanted(), from, count: Math.min(PAGE, this.visible + 2)}, {signal: controller.signal});
        const news = answer.rows.map(entry => [entry.id, reviews.newest(entry.id, entry.review, asked)]);
        if (controller === this.controller) learn(new Map(news));
      } catch { /* the page says so */ }
    }, 50);
  },

  /** Puts a line into view. */
  reveal(position) {
    if (position < this.top) this.place(position);
    else if (position > this.top + this.height / LINE - 1) this.place(position - this.height / LINE + 1);
    else this.draw();
  },
};

const wanted = () => Object.keys(state.filter).length ? {...state.filter, at: state.at} : {};

/** Takes in how far a scan has come. */
function took(answer) {
  const grew = answer.found !== state.found;
  Object.assign(state, {found: answer.found, scanned: answer.scanned, done: answer.done});
  const isFiltered = Object.keys(state.filter).length > 0;
  $('found').textContent = !isFiltered ? `${count(answer.total)} rows`
    : answer.done && answer.scanned === answer.total ? `${count(answer.found)} of ${count(answer.total)} rows`
    : `${count(answer.found)} in ${count(answer.scanned)} of ${count(answer.total)} rows${answer.done ? ' (stopped)' : ''}`;
  $('stop').hidden = $('progress').hidden = answer.done;
  $('progress').value = answer.total ? answer.scanned / answer.total : 1;
  if (grew) list.resize();
}

/** Watches a scan until it is done, and shows the first row as soon as there is one. */
async function watch() {
  const at = state.at;
  for (;;) {
    if (state.found > 0 && state.choice === null) await choose(0);
    if (at !== state.at || state.done) break;
    await new Promise(resume => setTimeout(resume, 200));
    if (at !== state.at) return;
    try {
      took(await ask('/api/rows', {...wanted(), from: 0, count: 0}));
    } catch { return; }
  }
  if (at === state.at && state.found === 0) nothing();
}

function nothing() {
  state.choice = state.shown = null;
  $('lines').replaceChildren();
  $('row').replaceChildren(el('p', {class: 'quiet empty'}, state.set.count ? 'No row is like this. Clear the filters (f) or search for something else (/).' : 'There are no rows.'));
}

/** Lists what the filters and the search ask for. */
async function apply() {
  const form = new FormData($('filters'));
  const filter = {};
  for (const [key, value] of form) if (value !== '') filter[key] = value;
  // An empty name is one, too: rows of which the language is not known.
  for (const name of ['language', 'source']) if (form.get(name) === '\u0000') filter[name] = '';
  const active = Object.keys(filter).length;
  if ($('search').value) filter.search = $('search').value;
  state.filter = filter;
  state.at += 1;
  $('filter-count').textContent = active ? ` (${active})` : '';
  $('filter-button').classList.toggle('on', active > 0);
  list.reset();
  Object.assign(state, {found: 0, done: false, choice: null, shown: null, position: 0});
  $('lines').replaceChildren();
  $('row').replaceChildren(el('p', {class: 'quiet empty'}, 'Looking …'));
  await list.fetchPage(0);
  watch();
}

// ---------------------------------------------------------------- the row

const rows = {
  cache: new Map(),
  /** A row; the ones before and behind are usually there already. */
  get(number) {
    if (!this.cache.has(number)) {
      this.cache.set(number, this.fetch(number).catch(error => { this.cache.delete(number); throw error; }));
      if (this.cache.size > 12) this.cache.delete(this.cache.keys().next().value);
    }
    return this.cache.get(number);
  },

  async fetch(number) {
    const asked = reviews.tick;
    const row = await ask('/api/row', {row: number});
    if (row.id) learn(new Map([[row.id, row.review = reviews.newest(row.id, row.review, asked)]]));
    return row;
  },
};

const pause = milliseconds => new Promise(resume => setTimeout(resume, milliseconds));

let lastChoice = 0;
/**
 * Chooses a line of the list and shows its row. What is chosen is so at once, and keys act on it; what is shown follows,
 * and while it does not, the panel says so.
 */
async function choose(position) {
  if (!state.found) return;
  const at = Math.max(0, Math.min(position, state.found - 1));
  const choice = {position: at, entry: list.entry(at) ?? null, found: null};
  choice.found = choice.entry ? Promise.resolve(choice.entry) : find(choice);
  state.position = at;
  state.choice = choice;
  list.reveal(at);
  const isRunning = performance.now() - lastChoice < 120;
  lastChoice = performance.now();
  const slow = setTimeout(() => { if (choice === state.choice) $('row').ariaBusy = 'true'; }, 150);
  try {
    const entry = await choice.found;
    // A key that is held down runs over rows; the one where it rests is asked for.
    if (isRunning && !rows.cache.has(entry.row)) await pause(60);
    if (choice !== state.choice) return;
    const shown = await rows.get(entry.row);
    if (choice !== state.choice) return;
    state.shown = shown;
    shown.review = entry.review;
    history.replaceState(null, '', '#row=' + entry.row);
    render();
  } catch (error) {
    if (choice === state.choice) notShown(error);
    return;
  } finally {
    clearTimeout(slow);
    if (choice === state.choice) $('row').ariaBusy = 'false';
  }
  list.freshen();
  const next = list.entry(at + 1);
  if (next) rows.get(next.row).catch(() => {});
}

/** The entry of a line that the list has not loaded. */
async function find(choice) {
  const asked = reviews.tick;
  const answer = await ask('/api/rows', {...wanted(), from: choice.position, count: 1});
  const entry = answer.rows[0];
  if (!entry) throw new Error('The list has no such line any more.');
  entry.review = reviews.newest(entry.id, entry.review, asked);
  return choice.entry = entry;
}

const isShown = choice => state.shown !== null && choice.entry?.row === state.shown.row;

/** The panel does not keep another row than the one that is chosen. */
function notShown(error) {
  state.shown = null;
  const row = state.choice.entry?.row;
  $('row').replaceChildren(
    el('p', {class: 'fault'}, `${row === undefined ? 'The row' : 'Row ' + count(row)} could not be shown. ${error.message}`),
    el('button', {type: 'button', onclick: () => choose(state.position)}, 'Try again'));
}

function render() {
  const row = state.shown;
  if (!row) return;
  if (state.view === 'tokens' && !row.tokens) state.view = 'conversation';
  if (state.view === 'compare' && !state.set.comparison) state.view = 'conversation';
  const place = row.split ? `${row.split} ${count(row.number)}` : `line ${count(row.number)}`;
  const tokens = row.tokens;
  const facts = el('div', {class: 'facts'}, el('span', {}, place),
    row.language && el('span', {}, row.language), row.source && el('span', {}, seen(row.source)),
    tokens && el('span', {}, tokens.template),
    tokens && el('span', {}, el('b', {}, count(tokens.ids.length)), ' tokens'),
    tokens && el('span', {}, el('b', {}, count(tokens.supervised)), ` trained on (${(100 * tokens.supervised / Math.max(1, tokens.ids.length)).toFixed(1)} %)`),
    tokens && el('span', {title: 'aksharas that a border between two tokens runs through'}, el('b', {}, count(tokens.cut)), ` of ${count(tokens.aksharas)} aksharas cut`),
    ...(row.tags ?? []).map(tag => el('span', {class: 'tag'}, seen(tag))));
  const body = el('div', {id: 'body', role: 'tabpanel', 'aria-label': state.view});
  $('row').replaceChildren(...[
    el('div', {class: 'head'}, el('h2', {}, row.id ? seen(row.id) : place)), facts, tools(row),
    ...(row.faults ?? []).map(fault => el('p', {class: 'fault', role: 'note'}, el('b', {}, fault.name), ': ', seen(fault.detail))),
    ...(row.remarks ?? []).map(remark => el('p', {class: 'remark', role: 'note'}, seen(remark))),
    noteOf(row), body].filter(Boolean));
  if (state.view === 'tokens') drawTokens(body, row.tokens);
  else if (state.view === 'compare') drawComparison(body, row.row);
  else drawConversation(body, row);
  $('row').scrollTop = 0;
  markHits(body);
}

const noteOf = row => row.review?.note ? appendText(el('p', {class: 'note'}), row.review.note) : null;

/** Draws anew what is said of the row, and nothing else: a long row takes a while, and is scrolled to somewhere. */
function renderReview() {
  const row = state.shown, old = document.querySelector('#row .tools');
  if (!row || !old) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : '';
  old.replaceWith(tools(row));
  document.querySelector('#row > .note')?.remove();
  const note = noteOf(row);
  if (note) $('body').before(note);
  if (focused) $(focused)?.focus();
}

/** Marks what was searched for, in place: no node is changed, so letters stay joined. */
function markHits(body) {
  if (typeof Highlight !== 'function') return;
  CSS.highlights.delete('hit');
  const piece = state.filter.search?.normalize('NFC');
  if (!piece) return;
  const isFolded = piece === piece.toLowerCase(), hits = [];
  for (const block of body.querySelectorAll('.text, .mask')) {
    const nodes = [], starts = [];
    let text = '';
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT, node => node.parentElement.closest('.break, sup, small') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) { nodes.push(node); starts.push(text.length); text += node.data; }
    const whole = isFolded ? text.replace(/[A-Z]/g, letter => letter.toLowerCase()) : text;
    const place = offset => {
      let index = starts.findLastIndex(start => start <= offset);
      return [nodes[index], offset - starts[index]];
    };
    for (let at = whole.indexOf(piece); at >= 0 && hits.length < 500; at = whole.indexOf(piece, at + piece.length)) {
      const range = new Range(), [last, behind] = place(at + piece.length - 1);
      range.setStart(...place(at));
      range.setEnd(last, behind + 1);
      hits.push(range);
    }
  }
  CSS.highlights.set('hit', new Highlight(...hits));
  hits[0]?.startContainer.parentElement.scrollIntoView({block: 'nearest'});
}

function tools(row) {
  const verdict = row.review?.verdict;
  const tab = (view, title, key, isThere) => isThere && el('button', {
    type: 'button', role: 'tab', 'aria-selected': String(state.view === view), onclick: () => { state.view = view; kept('view', view); render(); },
  }, title + ' ', el('kbd', {'aria-hidden': 'true'}, key));
  const toggle = (name, title, key) => el('button', {
    type: 'button', 'aria-pressed': String(state[name]), onclick: () => flip(name),
  }, title + ' ', el('kbd', {'aria-hidden': 'true'}, key));
  const judge = (id, title, key) => el('button', {
    type: 'button', id, 'aria-pressed': String(verdict === id), onclick: () => setVerdict(id, row),
  }, title + ' ', el('kbd', {'aria-hidden': 'true'}, key));
  return el('div', {class: 'tools'},
    row.id && el('div', {class: 'group', role: 'group', 'aria-label': 'Verdict'},
      judge('accept', verdict === 'accept' ? '✓ Accepted' : 'Accept', 'a'), judge('reject', verdict === 'reject' ? '✗ Rejected' : 'Reject', 'r'),
      el('button', {type: 'button', id: 'write-note', onclick: () => openNote(row)}, row.review?.note ? 'Note ✎ ' : 'Note ', el('kbd', {'aria-hidden': 'true'}, 'n'))),
    el('div', {class: 'group', role: 'tablist', 'aria-label': 'View'},
      tab('conversation', 'Conversation', 't', true), tab('tokens', 'Tokens', 't', !!row.tokens), tab('compare', 'Compare', 'c', !!state.set.comparison)),
    state.view !== 'conversation' && el('div', {class: 'group', role: 'group', 'aria-label': 'Tokens'},
      toggle('ids', 'IDs', 'i'), toggle('bytes', 'Bytes', 'b'), toggle('aksharas', 'Aksharas', 'x')));
}

function flip(name) {
  state[name] = !state[name];
  kept(name, state[name] ? '1' : '');
  if (state.view === 'conversation' && state.shown?.tokens) state.view = 'tokens';
  const at = $('row').scrollTop;
  render();
  if (!state.filter.search) $('row').scrollTop = at;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', {fatal: true});
function decode(bytes) { try { return decoder.decode(bytes); } catch { return null; } }
const hex = bytes => Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

function drawConversation(body, row) {
  if (row.messages) {
    drawMessages(body, row.messages);
  } else if (row.tokens) {
    const bytes = encoder.encode(row.tokens.text);
    let last = null;
    const messages = [];
    for (const span of row.tokens.spans) {
      const place = {content: 'text', thinking: 'thinking', tool_call: 'calls'}[span.kind];
      if (!place) continue;
      const text = decode(bytes.subarray(span.start, span.end)) ?? '';
      // What of one message is trained on and what is not stands apart.
      if (!last || last.message !== span.message || last.supervised !== span.supervised) messages.push(last = {...span, text: '', thinking: '', calls: ''});
      last[place] += text;
    }
    drawMessages(body, messages.map(({text, thinking, calls, ...message}) => ({...message, name: null, content: text, reasoning: thinking, tool_calls: calls})));
    if (!messages.length) drawMessages(body, [{content: row.tokens.text}], textOf);
  } else if (row.plain) drawMessages(body, [{content: row.plain}], textOf);
}

const bubbleOf = message => bubble(message.role, message.supervised, message.weight, message.name, message.content, message.reasoning, message.tool_calls);
const textOf = message => textNode(message.content);

/** Draws messages until so many characters are drawn; behind a text that was cut nothing is. */
function drawMessages(body, messages, draw = bubbleOf) {
  let room = MOST_TEXT, shown = 0, all = 0;
  const fit = text => {
    if (!text) return text;
    const part = beginning(text, room);
    shown += part.length;
    all += text.length;
    room = part.length < text.length ? 0 : room - part.length;
    return part;
  };
  for (const message of messages) {
    const hasRoom = room > 0;
    const reasoning = fit(message.reasoning), content = fit(message.content), tool_calls = fit(message.tool_calls);
    if (hasRoom) body.append(draw({...message, reasoning, content, tool_calls}));
  }
  if (shown < all) body.append(leftOut('characters', shown, all));
}

function bubble(role, supervised, weight, name, content, reasoning, calls) {
  const isWeighted = weight !== undefined && weight !== null && weight !== 1;
  return el('section', {class: 'message' + (supervised ? ' supervised' : '')},
    el('h3', {}, (role ?? 'text') + (name ? ` · ${seen(name)}` : ''),
      supervised === true && el('span', {class: 'yes'}, '● trained on'), supervised === false && el('span', {}, '○ context'),
      isWeighted && el('span', {}, `weight ${weight}`)),
    reasoning && appendText(el('div', {class: 'text thinking'}), reasoning), content && textNode(content),
    calls && el('div', {class: 'text mono'}, seen(calls)));
}

/**
 * A row's tokens as they are drawn: those that share an akshara stand together, since a letter torn from its vowel sign cannot be written.
 * Each piece has its text (`null` where its bytes are no text), its tokens `first..<end`, and its part.
 */
function pieces(tokens) {
  // An akshara of so many tokens that it runs past the last one is drawn without them.
  const size = Math.min(MOST_TOKENS, tokens.ids.length);
  const upToSize = numbers => numbers.filter(number => number < size);
  const parts = new Array(size), special = new Set(upToSize(tokens.special)), cutting = new Set(upToSize(tokens.cutting));
  if (size < tokens.ids.length) cutting.delete(size - 1);
  for (let index = 0; index < tokens.parts.length; index += 3) parts.fill(tokens.parts[index + 2], tokens.parts[index], tokens.parts[index + 1]);
  const bytes = tokens.ends ? encoder.encode(tokens.text) : null;
  const result = [];
  let first = 0;
  for (let index = 0; index < size; index++) {
    if (bytes && cutting.has(index)) continue;
    const start = first ? tokens.ends?.[first - 1] : 0, end = tokens.ends?.[index];
    let part = parts[first];
    for (let each = first + 1; each <= index; each++) if (parts[each] !== part) part = 'mixed';
    const own = bytes ? bytes.subarray(start, end) : null;
    const raw = own ? hexByToken(bytes, tokens.ends, start, first, index + 1) : tokens.bytes[first];
    result.push({first, end: index + 1, part, special: special.has(first), start, bytes: own, raw, text: own ? decode(own) : null});
    first = index + 1;
  }
  return result;
}

/** The bytes of tokens `first..<end`, with a `+` where one token ends and the next begins. */
function hexByToken(bytes, ends, start, first, end) {
  const pieces = [];
  for (let index = first; index < end; index++) {
    pieces.push(hex(bytes.subarray(start, ends[index])));
    start = ends[index];
  }
  return pieces.join(' + ');
}

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter('kn', {granularity: 'grapheme'}) : null;
/** The aksharas of a piece, as borders are drawn: clusters, joined behind a virama as conjuncts are. */
function aksharas(text) {
  const found = [];
  for (const {segment} of segmenter ? segmenter.segment(text) : []) {
    if (found.length && /[\u0CCD\u0C4D]\u200D?$/.test(found.at(-1)) && /^[\u0C15-\u0C39\u0C95-\u0CB9\u0C58-\u0C5A\u0CDE]/.test(segment)) found[found.length - 1] += segment;
    else found.push(segment);
  }
  return found.length ? found : [text];
}

const SHOWN_AT_ONCE = 4000;

function drawTokens(body, tokens, otherEnds) {
  const all = pieces(tokens);
  const withChips = state.ids || state.bytes;
  const mask = el('div', {class: 'mask' + (withChips ? ' chips' : '') + (state.aksharas ? ' aksharas' : ''), 'aria-label': 'Tokens', role: 'group'});
  const draw = (from, to) => mask.append(...all.slice(from, to).flatMap((piece, index) => tokenNodes(piece, from + index, tokens, withChips, otherEnds)));
  draw(0, SHOWN_AT_ONCE);
  let drawn = SHOWN_AT_ONCE;
  const rest = () => {
    if (drawn >= all.length || !mask.isConnected) return;
    draw(drawn, drawn += SHOWN_AT_ONCE);
    requestAnimationFrame(rest);
  };
  requestAnimationFrame(rest);
  const inspector = el('div', {id: otherEnds ? undefined : 'inspector', 'aria-live': 'polite'}, el('span', {class: 'quiet'}, 'Point at a token, or go from one to the next with ← and →'));
  const show = index => {
    mask.querySelector('.here')?.classList.remove('here');
    const node = mask.querySelector(`[data-i="${index}"]`);
    node?.classList.add('here');
    inspector.replaceChildren(...inspect(all[index], tokens));
    return node;
  };
  mask.addEventListener('mouseover', event => {
    const node = event.target.closest('.t');
    if (node && !mask.dataset.pinned) inspector.replaceChildren(...inspect(all[node.dataset.i], tokens));
  });
  mask.addEventListener('click', event => {
    const node = event.target.closest('.t');
    if (node) { here = Number(node.dataset.i); show(here); }
  });
  let here = -1;
  if (!otherEnds) step = by => {
    here = Math.max(0, Math.min(all.length - 1, here + by));
    show(here)?.scrollIntoView({block: 'nearest'});
  };
  if (!otherEnds) body.append(legend(tokens));
  body.append(mask, tokens.ids.length > MOST_TOKENS ? leftOut('tokens', MOST_TOKENS, tokens.ids.length) : '', inspector);
}

/** Goes from token to token; set by whichever tokens are drawn. */
let step = () => {};

function legend(tokens) {
  const sample = (style, text) => el('span', {}, el('span', {class: 't ' + style}, text), ' ');
  const hasPadding = tokens.parts.includes('padding');
  return el('div', {class: 'legend'}, sample('supervised', 'trained on'), sample('context', 'context (label −100)'), sample('special', 'control token'),
    hasPadding && sample('padding', 'padding'), tokens.cutting.length > 0 && sample('cut', 'akshara cut'),
    !tokens.ends && el('span', {class: 'more'}, 'The tokens do not decode to the text: their bytes are shown.'));
}

function tokenNodes(piece, index, tokens, withChips, otherEnds) {
  const size = piece.end - piece.first;
  const isOther = otherEnds && !(otherEnds.has(piece.end - 1 < tokens.ends?.length ? tokens.ends[piece.end - 1] : -1) && (piece.start === 0 || otherEnds.has(piece.start)) && size === 1);
  const style = ['t', piece.part, piece.special && 'special', size > 1 && 'cut', isOther && 'other'].filter(Boolean).join(' ');
  const node = el('span', {class: style, 'data-i': index});
  if (piece.text === null) node.append('‹' + piece.raw + '›');
  else appendPiece(node, piece.text, withChips);
  if (size > 1 && !withChips) node.append(el('sup', {title: size + ' tokens'}, String(size)));
  if (withChips) {
    if (state.ids) node.append(el('small', {}, tokens.ids.slice(piece.first, piece.end).join(' + ')));
    if (state.bytes) node.append(el('small', {}, piece.raw));
  }
  return withChips && piece.text?.includes('\n') ? [node, el('span', {class: 'nl'})] : [node];
}

function appendPiece(node, text, withChips) {
  const language = fontLanguage(text);
  if (language) node.lang = language;
  for (const [index, line] of text.split('\n').entries()) {
    if (index) node.append(el('span', {class: 'break'}, '⏎'), withChips ? '' : '\n');
    if (withChips && line.startsWith(' ')) node.append(el('span', {class: 'break'}, '␣'.repeat(line.length - line.trimStart().length)), seen(line.trimStart()));
    else if (state.aksharas && language && line) for (const one of aksharas(line)) node.append(el('span', {class: 'a'}, seen(one)));
    else if (line) node.append(seen(line));
  }
}

function inspect(piece, tokens) {
  if (!piece) return [];
  const item = (name, value) => el('span', {}, el('span', {class: 'quiet'}, name + ' '), el('code', {}, value));
  const span = tokens.spans.find(span => span.first <= piece.first && piece.first < span.last);
  const ids = tokens.ids.slice(piece.first, piece.end);
  const label = piece.part === 'supervised' ? ids.join(' ') : piece.part === 'mixed' ? 'mixed' : '−100';
  return [
    item(ids.length > 1 ? `tokens ${piece.first}–${piece.end - 1}, IDs` : `token ${piece.first}, ID`, ids.join(' + ')), item('label', label), item('bytes', piece.raw),
    piece.bytes && item('at', `${count(piece.start)}–${count(piece.start + piece.bytes.length)}`),
    span && item('span', [span.role, span.kind, span.message !== null ? `message ${span.message + 1}` : null].filter(Boolean).join(' · ')),
    span && item('weight', String(span.weight)),
    piece.special && el('b', {}, 'control token'), ids.length > 1 && el('b', {class: 'more'}, 'one akshara cut by tokens'),
  ].filter(Boolean);
}

async function drawComparison(body, number) {
  const turn = state.choice;
  const {sides} = await ask('/api/comparison', {row: number});
  if (turn !== state.choice || !body.isConnected) return;
  const [left, right] = sides.map(side => side.tokens);
  const isSameText = left && right && left.text === right.text;
  const grid = el('div', {class: 'sides'});
  for (const [index, side] of sides.entries()) {
    const tokens = side.tokens, other = sides[1 - index].tokens;
    const column = el('section', {}, el('h3', {}, seen(side.name)));
    if (tokens) {
      const change = (value, than) => than === undefined || value === than ? null
        : el('span', {class: value < than ? 'less' : 'more'}, ` ${value < than ? '−' : '+'}${than ? (100 * Math.abs(value - than) / than).toFixed(1) + ' %' : count(value)}`);
      const line = (name, value, than, text = count(value)) => el('tr', {}, el('td', {}, name), el('td', {class: 'n'}, text), el('td', {}, index ? change(value, than) ?? '' : ''));
      const bytes = encoder.encode(tokens.text).length;
      column.append(el('table', {}, el('tbody', {}, line('tokens', tokens.ids.length, other?.ids.length), line('trained on', tokens.supervised, other?.supervised),
        line('aksharas cut', tokens.cut, other?.cut), el('tr', {}, el('td', {}, 'bytes a token'), el('td', {class: 'n'}, (bytes / Math.max(1, tokens.ids.length)).toFixed(2)), el('td', {})))));
    }
    for (const remark of side.remarks) column.append(el('p', {class: 'remark'}, seen(remark)));
    if (tokens) drawTokens(column, tokens, new Set((isSameText ? other : tokens).ends?.slice(0, MOST_ENDS)));
    grid.append(column);
  }
  body.append(el('div', {class: 'legend'}, isSameText ? 'Dashed: a token that the other side does not have.' : 'The two sides have different texts.'), grid);
}

// ---------------------------------------------------------------- verdicts

const PACE = 50;  // milliseconds

const reviews = {
  tick: 0,            // counts what this page had kept
  own: new Map(),     // by ID: what the server said when it kept a change of this page, and the tick
  unkept: new Map(),  // by ID: verdicts that could not be sent
  sending: new Map(), // by ID: the last change under way
  turn: Promise.resolve(),

  /** What an answer that was asked for at a tick says of a conversation, unless this page had something kept since. */
  newest(id, review, asked) {
    const own = this.own.get(id);
    return own && own.tick > asked ? own.review : review ?? null;
  },

  /**
   * Sends a change of a conversation. Changes go off in the order of the keys: each waits for the one before, but not long,
   * since a distant server would hold all of them up; two of one conversation always wait for one another.
   */
  keep(entry, change) {
    const before = this.sending.get(entry.id) ?? Promise.resolve();
    const sent = Promise.all([this.turn, before.catch(() => {})]).then(() => this.send(entry, change));
    this.turn = this.turn.then(() => Promise.race([sent.catch(() => {}), pause(PACE)]));
    this.sending.set(entry.id, sent);
    const done = () => { if (this.sending.get(entry.id) === sent) this.sending.delete(entry.id); };
    sent.then(done, done);
    return sent;
  },

  async send(entry, change) {
    const answer = await send('/api/reviews', {id: entry.id, row: entry.row, ...change});
    this.own.set(entry.id, {review: answer.review, tick: ++this.tick});
    state.set.reviews = answer.reviews;
    facts();
    learn(new Map([[entry.id, answer.review]]));
  },

  /** Sends a verdict; what cannot be sent is not forgotten. */
  async judge(entry, verdict) {
    try {
      await this.keep(entry, {verdict});
      this.unkept.delete(entry.id);
      say(`${{accept: 'Accepted', reject: 'Rejected'}[verdict] ?? 'Took back the verdict on'} ${seen(entry.id)}`);
    } catch (error) {
      this.unkept.set(entry.id, {entry, verdict});
    }
    trouble();
    list.draw();
  },

  again() {
    for (const {entry, verdict} of this.unkept.values()) this.judge(entry, verdict);
  },
};

/** Takes in what is said of conversations: it holds for all of their rows, in the list and in the panel. */
function learn(news) {
  const isNews = row => row && news.has(row.id) && !isSameReview(row.review, news.get(row.id));
  for (const page of list.pages.values()) {
    for (const entry of page) if (isNews(entry)) entry.review = news.get(entry.id);
  }
  if (isNews(state.choice?.entry)) state.choice.entry.review = news.get(state.choice.entry.id);
  if (isNews(state.shown)) {
    state.shown.review = news.get(state.shown.id);
    renderReview();
  }
  list.draw();
}

const isSameReview = (one, other) => (one?.verdict ?? null) === (other?.verdict ?? null) && (one?.note ?? null) === (other?.note ?? null);

/**
 * Judges the chosen row, shown already or not, or the row that a button stands with; then goes on.
 * Only a verdict that is seen in the panel is taken back: who presses quickly means each row.
 */
async function setVerdict(verdict, row = null) {
  const choice = state.choice;
  if (!choice) return;
  const isChosen = !row || choice.entry?.row === row.row;
  const isSeen = row !== null || isShown(choice);
  const known = row ?? choice.entry;
  const isTakenBack = isSeen && known.review?.verdict === verdict;
  const last = state.last = {position: isChosen ? choice.position : null, at: state.at, judged: null};
  last.judged = judge(known ?? choice.found, isTakenBack ? null : verdict);
  if (isChosen && !isTakenBack && $('go-on').checked) goOn(choice);
}

/** Sends a verdict as soon as its row is known; returns the row and the verdict that it had. */
async function judge(found, verdict) {
  try {
    const entry = await found;
    if (!entry.id) return null;
    const before = entry.review?.verdict ?? null;
    reviews.judge(entry, verdict);
    return {entry, before};
  } catch (error) {
    trouble('The row was not found, and is not judged. ' + error.message);
    return null;
  }
}

/** Goes to the next conversation: a verdict holds for all rows of its own. */
function goOn({position, entry}) {
  let next = position + 1;
  while (entry && next < state.found && list.entry(next)?.id === entry.id) next++;
  if (next < state.found) choose(next);
}

async function undo() {
  const last = state.last;
  if (!last) return;
  state.last = null;
  const judged = await last.judged;
  if (!judged) return;
  reviews.judge(judged.entry, judged.before);
  if (last.position !== null && last.at === state.at) await choose(last.position);
}

// ---------------------------------------------------------------- notes

const LONGEST_NOTE = 4096;  // bytes; `ReviewChange.longestNote`
let noted = null;           // the row that the note is about

function openNote(row = state.choice?.entry) {
  if (!row) { say('The row is not loaded yet.'); return; }
  if (!row.id) return;
  noted = row;
  $('note-id').textContent = seen(row.id);
  $('note-text').value = row.review?.note ?? '';
  noteTrouble('');
  measureNote();
  $('note').showModal();
  $('note-text').focus();
}

function noteTrouble(sentence) {
  $('note-trouble').textContent = sentence;
  $('note-trouble').hidden = !sentence;
}

const noteSize = () => encoder.encode($('note-text').value.trim()).length;

function measureNote() {
  const size = noteSize(), isLong = size > LONGEST_NOTE;
  $('note-size').textContent = `${count(size)} of ${count(LONGEST_NOTE)} bytes` + (isLong ? `: ${count(size - LONGEST_NOTE)} too many` : '');
  $('note-size').classList.toggle('bad', isLong);
  $('note-text').ariaInvalid = String(isLong);
}

/** Keeps the note; the dialog stays open, with its text, until it is kept. */
async function saveNote() {
  const note = $('note-text').value.trim();
  if (noteSize() > LONGEST_NOTE) { noteTrouble('The note is too long to be kept; shorten it.'); return; }
  $('note-save').disabled = $('note-text').readOnly = true;
  try {
    await reviews.keep(noted, {note: note || null});
    $('note').close();
    say(note ? 'Note kept' : 'Note taken away');
  } catch (error) {
    noteTrouble('The note is not kept. ' + error.message);
  } finally {
    $('note-save').disabled = $('note-text').readOnly = false;
  }
}

// ---------------------------------------------------------------- ledger

const PARTS = ['supervised', 'context', 'truncated', 'dropped'];
const SVG = 'http://www.w3.org/2000/svg';

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** One bar; each part has a pattern besides its colour. */
function bar(entry) {
  const drawing = svg('svg', {viewBox: '0 0 1000 40', preserveAspectRatio: 'none', role: 'img', 'aria-label': PARTS.map(part => `${part} ${count(entry[part])}`).join(', ')});
  let x = 0;
  for (const part of PARTS) {
    const all = entry.rendered + entry.repeated;
    const width = all ? 1000 * entry[part] / all : 0;
    if (width <= 0) continue;
    drawing.append(svg('rect', {x, y: 0, width, height: 40, class: 'f-' + part}, svg('title', {}, `${part}: ${count(entry[part])}`)));
    const gap = {truncated: 14, dropped: 7}[part];
    for (let line = x; gap && line < x + width; line += gap) drawing.append(svg('line', {x1: line, y1: 0, x2: line, y2: 40, class: 's-paper'}));
    x += width;
  }
  return drawing;
}

function openLedger() {
  const entries = state.set.ledger;
  if (!entries) { say('Conversations have no ledger before they are sharded.'); return; }
  const all = entries[0];
  $('ledger-sum').textContent = `${count(all.rendered)} tokens rendered${all.repeated ? ` + ${count(all.repeated)} repeated in rows that were split` : ''} = ${PARTS.map(part => `${count(all[part])} ${part}`).join(' + ')}`;
  const body = el('tbody');
  let group = null;
  for (const entry of entries) {
    if (entry.group !== group) {
      group = entry.group;
      body.append(el('tr', {}, el('th', {colSpan: 7, scope: 'rowgroup'}, group === 'all' ? 'all' : 'by ' + group)));
    }
    const reasons = Object.entries(entry.reasons).map(([reason, tokens]) => `${reason} ${count(tokens)}`).join(', ');
    body.append(el('tr', {}, el('td', {title: entry.name}, entry.group === 'all' ? '' : seen(entry.name) || '(not known)'), el('td', {}, bar(entry)), el('td', {class: 'n'}, count(entry.rendered)),
      ...PARTS.map(part => el('td', {class: 'n', title: part === 'dropped' ? reasons : ''}, count(entry[part])))));
  }
  const head = el('tr', {}, el('th', {}), el('th', {}), el('th', {class: 'n'}, 'rendered'),
    ...PARTS.map(part => el('th', {class: 'n'}, key(part), part)));
  $('ledger-body').replaceChildren(el('table', {}, el('thead', {}, head), body));
  $('ledger').showModal();
}

function key(part) {
  const drawing = svg('svg', {viewBox: '0 0 14 14', width: 14, height: 14, class: 'key', 'aria-hidden': 'true'}, svg('rect', {width: 14, height: 14, class: 'f-' + part}));
  const gap = {truncated: 5, dropped: 2.5}[part];
  for (let x = 0; gap && x < 14; x += gap) drawing.append(svg('line', {x1: x, y1: 0, x2: x, y2: 14, class: 's-paper'}));
  return drawing;
}

// ---------------------------------------------------------------- keys

function toggleFilters(isOpen = $('filters').hidden) {
  $('filters').hidden = !isOpen;
  $('filter-button').setAttribute('aria-expanded', String(isOpen));
  if (isOpen) $('filters').querySelector('select').focus(); else $('list').focus();
  list.resize();
}

// Keys that may be held down. A verdict that repeats by itself would judge rows that nobody saw.
const HELD = new Set(['j', 'k', 'ArrowLeft', 'ArrowRight']);

const keys = {
  j: () => choose(state.position + 1), k: () => choose(state.position - 1),
  '/': () => { $('search').focus(); $('search').select(); }, f: () => toggleFilters(), g: () => $('go').focus(), l: openLedger,
  '?': () => $('help').showModal(), a: () => setVerdict('accept'), r: () => setVerdict('reject'), n: () => openNote(), u: undo,
  t: () => { state.view = state.view === 'conversation' && state.shown?.tokens ? 'tokens' : 'conversation'; kept('view', state.view); render(); },
  c: () => { if (state.set.comparison) { state.view = state.view === 'compare' ? 'tokens' : 'compare'; render(); } else say('Start with --compare-tokenizer or --compare-template to compare.'); },
  i: () => flip('ids'), b: () => flip('bytes'), x: () => flip('aksharas'), ArrowRight: () => step(1), ArrowLeft: () => step(-1),
};

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return;
  const target = event.target;
  if (event.key === 'Escape' && target.matches('input, select, textarea')) {
    if (target.closest('#filters')) toggleFilters(false);
    $('list').focus();
    return;
  }
  if (target.matches('input:not([type=checkbox]), select, textarea')) return;
  if (target === $('list')) {
    const page = Math.max(1, list.visible - 1);
    const move = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity}[event.key];
    if (move !== undefined) {
      event.preventDefault();
      choose(move === -Infinity ? 0 : move === Infinity ? state.found - 1 : state.position + move);
      return;
    }
  }
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || HELD.has(event.key)) action();
}

// ---------------------------------------------------------------- start

function facts() {
  const set = state.set, reviews = set.reviews;
  const judged = reviews.accept + reviews.reject ? ` · ${count(reviews.accept)} accepted, ${count(reviews.reject)} rejected` : '';
  const what = set.kind === 'shards' ? `shard set · trains on ${set.train_on} · ${set.templates.join(', ')}` : 'conversations' + (set.tokenized ? ` · ${set.templates.join(', ')}` : ' · no tokenizer');
  $('set-facts').textContent = what + (set.comparison ? ` · compared with ${set.comparison}` : '') + judged;
  $('set-facts').title = `Verdicts go to ${set.verdicts_file}`;
}

function fill(name, entries) {
  const select = $('filters').elements[name];
  for (const entry of entries) {
    const title = (entry.name || '(not known)') + (entry.count !== null && entry.count !== undefined ? ` (${count(entry.count)})` : '');
    select.append(el('option', {value: entry.name === '' ? '\u0000' : entry.name}, title));
  }
  select.closest('label').hidden = select.options.length < 2;
}

function listen() {
  document.addEventListener('keydown', pressed);
  $('list').addEventListener('scroll', () => list.scrolled(), {passive: true});
  $('list').addEventListener('wheel', event => {
    // In proportion, one turn of the wheel would skip rows: a long list moves line by line.
    if (!list.isLong || event.ctrlKey) return;
    event.preventDefault();
    list.place(list.top + event.deltaY * (event.deltaMode === 1 ? 0.5 : 1 / LINE));
  }, {passive: false});
  new ResizeObserver(() => list.resize()).observe($('list'));
  let typing;
  $('search').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(apply, 250); });
  $('search-form').addEventListener('submit', event => { event.preventDefault(); clearTimeout(typing); apply(); $('list').focus(); });
  $('filters').addEventListener('change', apply);
  $('filters').addEventListener('submit', event => event.preventDefault());
  $('clear-filters').addEventListener('click', () => { $('filters').reset(); $('search').value = ''; apply(); });
  $('filter-button').addEventListener('click', () => toggleFilters());
  $('ledger-button').addEventListener('click', openLedger);
  $('help-button').addEventListener('click', () => $('help').showModal());
  $('stop').addEventListener('click', () => send('/api/stop', {filter: Object.fromEntries(Object.entries(wanted()).map(([key, value]) => [key, String(value)]))}));
  $('go').addEventListener('keydown', async event => {
    const digits = $('go').value.replace(/[^0-9]/g, '');
    if (event.key !== 'Enter' || !digits) return;
    const number = Math.min(Number(digits), state.set.count);
    const answer = await ask('/api/rows', {...wanted(), from: 0, count: 0, near: number});
    $('go').value = '';
    $('list').focus();
    choose(answer.place);
  });
  $('go-on').checked = kept('goOn') !== '0';
  $('go-on').addEventListener('change', () => kept('goOn', $('go-on').checked ? '1' : '0'));
  $('note-text').addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); $('note-form').requestSubmit(); }
  });
  $('note-text').addEventListener('input', measureNote);
  $('note-form').addEventListener('submit', event => { event.preventDefault(); if (!$('note-save').disabled) saveNote(); });
  $('note-cancel').addEventListener('click', () => $('note').close());
  // While a note is under way its text must not be lost; `PATIENCE` ends that.
  $('note').addEventListener('cancel', event => { if ($('note-save').disabled) event.preventDefault(); });
  $('again').addEventListener('click', () => reviews.again());
  addEventListener('focus', () => list.freshen());
  addEventListener('beforeunload', event => { if (reviews.sending.size || reviews.unkept.size) event.preventDefault(); });
}

async function start() {
  for (const name of ['ids', 'bytes', 'aksharas']) state[name] = kept(name) === '1';
  if (kept('view') === 'tokens') state.view = 'tokens';
  listen();
  // Both are asked for at once: the first rows need nothing of what describes the set.
  const [set, page] = await Promise.all([ask('/api/set'), ask('/api/rows', {from: 0, count: PAGE})]);
  state.set = set;
  document.title = `${set.name} · Akshara`;
  $('set-name').textContent = set.name;
  facts();
  for (const [name, entries] of [['split', set.splits], ['language', set.languages], ['source', set.sources], ['fault', set.faults]]) fill(name, entries);
  fill('template', set.templates.length > 1 ? set.templates.map(name => ({name})) : []);
  for (const name of ['min_tokens', 'min_share']) $('filters').elements[name].closest('fieldset').hidden = !set.tokenized;
  $('filters').elements.control.closest('label').hidden = !set.tokenizer;
  $('ledger-button').hidden = !set.ledger;
  list.pages.set(0, page.rows);
  took(page);
  list.resize();
  const chosen = Number(/^#row=(\d+)$/.exec(location.hash)?.[1] ?? 0);
  if (page.found) await choose(Math.min(chosen, page.found - 1)); else nothing();
  $('list').focus({preventScroll: true});
  performance.mark('akshara-shown');
  const tags = await ask('/api/tags');
  $('tags').append(...tags.map(tag => el('option', {value: tag.name}, `${tag.count}`)));
  $('filters').elements.tag.closest('label').hidden = tags.length === 0;
}

start();
