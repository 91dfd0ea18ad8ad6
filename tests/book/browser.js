// What a browser shows of every page: loading, widths, accessibility, both
// themes, paper, and the page without its scripts.
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

const WIDTHS = [360, 768, 1440];
const HEIGHT = 800;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function executable() {
  const own = process.env.CHROMIUM;
  if (own) return fs.existsSync(own) ? own : null;
  for (const name of NAMES) {
    for (const folder of (process.env.PATH || '').split(path.delimiter)) {
      const file = path.join(folder, name);
      if (folder && fs.existsSync(file)) return file;
    }
  }
  return null;
}

// Chromium's sandbox refuses to run as root, as which CI runs.
function launch(modules) {
  const root = process.getuid && process.getuid() === 0;
  return modules('playwright-core').chromium.launch({
    executablePath: executable(),
    args: ['--disable-dev-shm-usage', ...(root ? ['--no-sandbox'] : [])],
  });
}

function addressOf(site, name) {
  return pathToFileURL(path.join(site.root, name)).href;
}

// Opens a page and notes what it says and asks for; `faults` goes on growing.
async function open(browser, site, name, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: HEIGHT }, colorScheme: 'light',
    ...options.context,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  const faults = [];
  const inside = addressOf(site, '') + '/';
  page.on('request', (r) => {
    if (!r.url().startsWith(inside) && !r.url().startsWith('data:')) {
      faults.push(`asks for ${r.url()}`);
    }
  });
  page.on('requestfailed', (r) => faults.push(`cannot load ${r.url()}`));
  page.on('pageerror', (e) => faults.push(`throws ${e.message}`));
  page.on('console', (m) => {
    if (/error|warning|assert/.test(m.type())) {
      faults.push(`console ${m.type()}: ${m.text()}`);
    }
  });
  if (options.first) await page.addInitScript(options.first);
  await page.goto(addressOf(site, name), { waitUntil: 'load' });
  return { page, faults, close: () => context.close() };
}

// --- Functions that run in the page --------------------------------------

// A dark theme stored under a light system: what is the first frame like?
function watchFirstFrame() {
  try { localStorage.setItem('theme', 'dark'); } catch (e) { /* reported */ }
  const seen = window.firstFrame = {};
  const look = () => {
    if (!document.body) return requestAnimationFrame(look);
    seen.theme = document.documentElement.dataset.theme;
    seen.paper = getComputedStyle(document.body).backgroundColor;
    return 0;
  };
  requestAnimationFrame(look);
}

function firstFrame() {
  const now = getComputedStyle(document.body).backgroundColor;
  const { theme, paper } = window.firstFrame;
  const faults = [];
  if (theme !== 'dark') faults.push(`first frame: data-theme is ${theme}`);
  if (paper !== now) faults.push(`background goes from ${paper} to ${now}`);
  return faults;
}

function firstPaint() {
  return new Promise((resolve) => {
    const found = (list) => {
      const entry = list.getEntriesByName('first-contentful-paint')[0];
      if (entry) resolve(entry.startTime);
    };
    new PerformanceObserver(found).observe({ type: 'paint', buffered: true });
    setTimeout(() => resolve(NaN), 5000);
  });
}

// Wider than the window?  Names the elements that stick out, those not within
// something that scrolls or clips.
function sideways() {
  const html = document.documentElement, width = html.clientWidth;
  const wide = Math.max(html.scrollWidth, document.body.scrollWidth);
  if (wide <= width) return [];
  const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') +
    [...e.classList].map((c) => '.' + c).join('');
  const held = (e) => {
    for (e = e.parentElement; e && e !== document.body; e = e.parentElement) {
      if (getComputedStyle(e).overflowX !== 'visible') return true;
    }
    return false;
  };
  const out = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (out.length === 3) break;
    const box = e.getBoundingClientRect();
    if (box.width && box.right > width + 0.5 && !held(e)) out.push(name(e));
  }
  return [`${wide} px wide @ ${out.join(', ') || 'hidden content'}`];
}

function setAllDetails(open) {
  for (const e of document.querySelectorAll('details')) e.open = open;
}

// Takes out what axe would visit a hundred thousand times to learn nothing.
// KaTeX sets a formula twice: as MathML, which assistive technology reads, and
// as positioned glyphs, aria-hidden.  No rule of axe looks inside MathML, and
// of the glyphs only the colour counts: both become one text, in elements that
// keep their colour.  Of a listing, one token of each class shows the colours.
function thin() {
  for (const e of document.querySelectorAll('.katex-html, math')) {
    e.textContent = e.textContent;
  }
  for (const code of document.querySelectorAll('pre.sourceCode code')) {
    const line = code.querySelector('span'), kinds = new Map();
    for (const e of code.querySelectorAll('span[class]')) {
      if (!kinds.has(e.className)) kinds.set(e.className, e);
    }
    const text = code.textContent, anchor = line && line.querySelector('a');
    if (line) line.replaceChildren(...(anchor ? [anchor] : []), text);
    code.replaceChildren(...(line ? [line] : [text]), ...kinds.values());
  }
}

// One element of each kind that holds text: what tags, classes and styles from
// the body down to it are the same has the same colours.
function samples() {
  const kinds = new Map(), path = new Map([[document.body, '']]);
  const look = (e) => {
    const kind = path.get(e.parentElement) + ' ' + e.tagName + '.' +
      e.className + (e.getAttribute('style') || '');
    path.set(e, kind);
    if ([...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) &&
        !kinds.has(kind) && e.checkVisibility()) kinds.set(kind, e);
    [...e.children].forEach(look);
  };
  [...document.body.children].forEach(look);
  return [...kinds.values()];
}

// What axe finds: the rules about colours of the samples, or all others of the
// whole page.  A preload would ask for the style sheets once more.
async function violations([colours, rules]) {
  const choice = colours ? { runOnly: rules } :
    { rules: Object.fromEntries(rules.map((r) => [r, { enabled: false }])) };
  const { violations: list } = await window.axe.run(
    colours ? { include: window.samples() } : document,
    { resultTypes: ['violations'], preload: false, ...choice });
  return list.map((v) => `${v.id}: ${v.help} @ ` +
    v.nodes[0].target.join(' ') +
    (v.nodes.length > 1 ? ` and ${v.nodes.length - 1} more` : ''));
}

function figuresFollow(theme) {
  const faults = [];
  for (const figure of document.querySelectorAll('figure')) {
    const images = [...figure.querySelectorAll('img')];
    const shown = images.filter((i) => i.checkVisibility());
    const closed = !figure.checkVisibility() || figure.closest('dialog');
    if (!images.length || closed) continue;
    const dark = shown.length && /-dark\.svg$/.test(shown[0].src);
    if (shown.length !== 1 || dark !== (theme === 'dark')) {
      faults.push(`${figure.id || images[0].src}: shows ` +
        (shown.map((i) => i.getAttribute('src')).join(', ') || 'nothing'));
    }
  }
  return faults;
}

function themeShows(theme) {
  const sum = (colour) =>
    colour.match(/[\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0);
  const { backgroundColor, color } = getComputedStyle(document.body);
  const dark = sum(backgroundColor) < sum(color);
  return dark === (theme === 'dark') ? [] :
    [`${theme} theme: ${color} on ${backgroundColor}`];
}

// On paper: no header, navigation or buttons, dark on white, light figures.
function onPaper() {
  const faults = [];
  const sum = (colour) =>
    colour.match(/[\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0);
  const { backgroundColor, color } = getComputedStyle(document.body);
  if (sum(backgroundColor) < 700 || sum(color) > 250) {
    faults.push(`${color} on ${backgroundColor}`);
  }
  const gone = 'header.top, .skip, nav, button, dialog';
  for (const e of document.querySelectorAll(gone)) {
    if (e.checkVisibility() && e.getBoundingClientRect().height > 0) {
      faults.push(`${e.tagName.toLowerCase()}.${e.className || e.id} shows`);
    }
  }
  for (const e of document.querySelectorAll('img')) {
    if (e.checkVisibility() && /-dark\./.test(e.src)) {
      faults.push(`${e.getAttribute('src')} shows`);
    }
  }
  return faults;
}

// Without scripts: formulas and their evidence are there, no button that
// would do nothing, and no text of the page is hidden but in <details>.
function withoutScripts() {
  const faults = [];
  for (const e of document.querySelectorAll('.equation')) {
    const formula = e.querySelector('.katex, math');
    const mark = e.querySelector('.badge');
    const seen = (x) => x && (x.checkVisibility() || x.closest('details'));
    const name = e.id || (e.querySelector('.number') || e).textContent;
    if (!seen(formula)) faults.push(`no formula @ ${name}`);
    if (!seen(mark)) faults.push(`no evidence @ ${name}`);
    else if (!mark.href && !mark.classList.contains('definition')) {
      faults.push(`its badge is no link @ ${name}`);
    }
  }
  for (const e of document.querySelectorAll('button, input')) {
    if (e.checkVisibility()) faults.push(`${e.id || e.className} shows`);
  }
  const kept = 'details:not([open]), button, .katex, math, dialog';
  const look = (e) => {
    if (e.matches(kept)) return;
    const text = [...e.childNodes].some((n) =>
      n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (text && !e.checkVisibility()) {
      faults.push(`hidden @ ${e.textContent.trim().slice(0, 40)}`);
    }
    [...e.children].forEach(look);
  };
  look(document.querySelector('main'));
  return faults;
}

// --- The checks of one page ----------------------------------------------

async function setTheme(page, theme) {
  await page.evaluate((t) => {
    document.documentElement.dataset.theme = t;
  }, theme);
}

// Those rules of axe whose answer a theme can change: alt is checked for the
// pictures of both.
const COLOURS = ['color-contrast', 'link-in-text-block'];

async function axe(page, modules) {
  await page.evaluate(modules('axe-core').source);
  await page.evaluate(`window.samples = ${samples}`);
  await page.evaluate(thin);
  const faults = await page.evaluate(violations, [false, COLOURS]);
  for (const theme of ['light', 'dark']) {
    await setTheme(page, theme);
    const found = await page.evaluate(violations, [true, COLOURS]);
    faults.push(...found.map((v) => `${theme}: ${v}`));
  }
  return faults;
}

// With all that unfolds unfolded, which is never narrower than folded.
async function widths(page) {
  const faults = [];
  await page.evaluate(setAllDetails, true);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT });
    const found = await page.evaluate(sideways);
    faults.push(...found.map((f) => `at ${width} px: ${f}`));
  }
  await page.evaluate(setAllDetails, false);
  return faults;
}

async function themes(page) {
  const faults = [];
  for (const theme of ['dark', 'light']) {
    await setTheme(page, theme);
    faults.push(...await page.evaluate(themeShows, theme));
    faults.push(...await page.evaluate(figuresFollow, theme));
  }
  return faults;
}

async function paper(page) {
  await setTheme(page, 'dark');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const faults = await page.evaluate(onPaper);
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  return faults;
}

// The first Tab shows the link, Enter goes to the text, and the next Tab stays
// in it (or leaves it, where it holds nothing to tab to).
async function skipLink(page) {
  await page.keyboard.press('Tab');
  const link = await page.evaluate(() => {
    const e = document.activeElement, box = e.getBoundingClientRect();
    return e.matches('a.skip') && box.left >= 0 && box.top >= 0;
  });
  if (!link) return ['the first Tab shows no skip link'];
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const past = await page.evaluate(() => {
    const main = document.querySelector('main');
    return Boolean(main.compareDocumentPosition(document.activeElement) &
      (Node.DOCUMENT_POSITION_CONTAINED_BY |
       Node.DOCUMENT_POSITION_FOLLOWING));
  });
  return past ? [] : ['the skip link does not lead past the header'];
}

const LOADS = 'no console message, no request that leaves the folder';
const FLASH = 'the stored theme is there in the first frame';
const SKIP = 'the skip link works';
const SIDEWAYS = `no sideways scrolling at ${WIDTHS.join(', ')} px`;
const THEMES = 'page and figures follow the theme';
const PAPER = 'on paper: no header, light colours';
const PLAIN = 'readable without JavaScript';
const AXE = 'axe-core finds no violation in either theme';
const CHECKS = [LOADS, FLASH, SKIP, SIDEWAYS, THEMES, PAPER, PLAIN, AXE];

// axe leaves less of the page: quicker for what only asks for colours.
const SHOWN = [
  [FLASH, (page) => page.evaluate(firstFrame)],
  [SKIP, skipLink],
  [SIDEWAYS, widths],
  [AXE, axe],
  [THEMES, themes],
  [PAPER, paper],
];

// All checks of one page, or those in `only`: {check: [what is wrong]} and the
// time of the first paint in ms.  What a check throws is a fault of the page.
async function inspect(browser, site, name, modules, only = CHECKS) {
  const result = {};
  const step = async (check, look) => {
    if (!only.includes(check)) return;
    result[check] = await look().catch((e) => [e.message.split('\n')[0]]);
  };
  const { page, faults, close } =
    await open(browser, site, name, { first: watchFirstFrame });
  const paint = await page.evaluate(firstPaint);
  for (const [check, look] of SHOWN) {
    await step(check, () => look(page, modules));
  }
  await close();
  await step(PLAIN, async () => {
    const plain = await open(browser, site, name,
      { context: { javaScriptEnabled: false } });
    const found = await plain.page.evaluate(withoutScripts);
    faults.push(...plain.faults.map((f) => `without scripts: ${f}`));
    await plain.close();
    return found;
  });
  await step(LOADS, async () => faults);
  return { result, paint };
}

module.exports = { executable, launch, open, axe, inspect, themeShows,
  figuresFollow, sideways, CHECKS, LOADS, FLASH, SKIP, SIDEWAYS, THEMES, PAPER,
  PLAIN, AXE };
