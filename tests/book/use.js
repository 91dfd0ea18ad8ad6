// What a reader does with a page: search, change the theme, look at an
// equation from afar, copy code, open the panel of a badge.
'use strict';

const { open, axe, themeShows, figuresFollow, sideways } =
  require('./browser.js');
const { isChapter } = require('./site.js');

const SOON = { timeout: 8000 };
const REF = 'main a.ref[href*="#eq:"]';
const BADGE = 'main .equation a.badge[data-claim]';
const LISTING = 'figure.listing';

// The smallest chapter that refers to an equation of another page.
function subject(site) {
  const far = (t) => t.name === 'a' && /\bref\b/.test(t.at.class || '') &&
    /^\d.*#eq:/.test(t.at.href || '');
  const pages = [...site.pages.values()]
    .filter((p) => isChapter(p.name) && p.tags.some(far))
    .sort((a, b) => a.html.length - b.html.length);
  if (!pages.length) throw new Error('no reference to another page');
  return pages[0].name;
}

// Runs a test of the page that shows `name`; what it throws is a fault too.
async function on(browser, site, name, options, test) {
  const shown = await open(browser, site, name, options);
  const faults = [];
  try {
    await test(shown.page, (right, what) => {
      if (!right) faults.push(`${name}: ${what}`);
    });
  } catch (e) {
    faults.push(`${name}: ${e.message.split('\n')[0]}`);
  }
  faults.push(...shown.faults.map((f) => `${name}: ${f}`));
  await shown.close();
  return faults;
}

const within = (page, selector) => page.evaluate((s) =>
  Boolean(document.activeElement.closest(s)), selector);

// --- Search --------------------------------------------------------------

// [words to type, page#id that must be found]: a word that one section only
// has, an equation's number, and its text.
function questions(site) {
  const chapters = site.data.index.filter((e) => isChapter(e.page));
  if (!chapters.length) throw new Error('search.js: no chapter');
  const last = chapters[chapters.length - 1], where = new Map();
  for (const entry of chapters) {
    for (const [id, title, text] of entry.sections) {
      const words = (`${title} ${text}`).toLowerCase().match(/\p{L}+/gu) || [];
      const place = entry.page + (id && '#' + id);
      for (const word of new Set(words)) {
        where.set(word, (where.get(word) || []).concat(place));
      }
    }
  }
  const only = [...where].filter(([word, places]) => places.length === 1 &&
    /^[a-z]{7,}$/.test(word) && places[0].startsWith(last.page)).sort();
  if (!only.length) throw new Error('search.js: no word of one section only');
  const [id, number, text] = last.equations[0];
  return { word: only[0][0], wordAt: only[0][1][0],
    number, text, equationAt: `${last.page}#${id}` };
}

async function ask(page, words) {
  await page.locator('#search-dialog input[type=search]').fill(words);
}

async function find(page, check, words, place) {
  await ask(page, words);
  const found = await page.waitForFunction((p) =>
    [...document.querySelectorAll('#search-results a')].some((a) =>
      decodeURIComponent(a.href.split('/').pop()) === p), place, SOON)
    .catch(() => null);
  check(found, `search for “${words}” does not find ${place}`);
}

async function openSearch(page, check) {
  await page.locator('#search').click(SOON);
  await page.waitForSelector('#search-dialog[open]', SOON);
  check(await within(page, '#search-dialog input'), 'no focus in the field');
}

async function search(browser, site) {
  const q = questions(site);
  return on(browser, site, subject(site), {}, async (page, check) => {
    await openSearch(page, check);
    await find(page, check, q.word, q.wordAt);
    await find(page, check, q.number, q.equationAt);
    await find(page, check, q.text, q.equationAt);
    // As one types it, not as it is set.
    await find(page, check, 'dL/dW = G^T X', '02-linear.html#eq:linear-dw');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#search-dialog:not([open])',
      { ...SOON, state: 'attached' });
    check(await within(page, '#search'),
      'Escape does not give the focus back');
    await openSearch(page, check);
    await ask(page, q.word);
    const first = page.locator('#search-results a').first();
    const to = await first.evaluate((e) => e.href, null, SOON);
    await Promise.all([page.waitForURL((url) => url.href === to, SOON),
      page.keyboard.press('Enter')]);
    const seen = await page.evaluate(() => {
      const id = decodeURIComponent(location.hash.slice(1));
      if (!id) return scrollY === 0;
      const box = document.getElementById(id)?.getBoundingClientRect();
      return box && box.bottom > 0 && box.top < innerHeight;
    });
    check(seen, `Enter does not show ${to.split('/').pop()}`);
  });
}

// --- Theme ---------------------------------------------------------------

async function theme(browser, site) {
  const name = subject(site);
  const faults = await on(browser, site, name, {}, async (page, check) => {
    const shows = async (t, when) =>
      (await page.evaluate(themeShows, t)).forEach((f) =>
        check(false, `${when}: ${f}`));
    const button = page.locator('#theme');
    await shows('light', 'a light system');
    const before = await button.textContent(SOON);
    await button.click(SOON);
    await shows('dark', 'after a click');
    check(await button.textContent() !== before, 'the button keeps its label');
    await page.goto(page.url().replace(name, 'index.html'));
    await shows('dark', 'on the next page');
    await button.click(SOON);
    await shows('light', 'after a second click');
  });
  const system = { context: { colorScheme: 'dark' } };
  return faults.concat(await on(browser, site, name, system,
    async (page, check) => {
      for (const test of [themeShows, figuresFollow]) {
        (await page.evaluate(test, 'dark')).forEach((f) =>
          check(false, `a dark system: ${f}`));
      }
    }));
}

// --- Card, copying, panel ------------------------------------------------

const gone = (page, selector) => page.waitForFunction((s) => {
  const e = document.querySelector(s);
  return !e || !e.checkVisibility();
}, selector, SOON).then(() => true, () => false);

// The card of a reference: there, with the formula and number it refers to.
async function cardOf(page, check, ref, how) {
  const number = (await ref.textContent()).replace(/[^\d.]/g, '');
  await page.waitForSelector('#card .katex', SOON);
  const text = await page.locator('#card').innerText();
  check(text.includes(number), `${how}: the card does not say ${number}`);
  const box = await page.locator('#card').boundingBox();
  check(box.x >= 0 && box.x + box.width <= page.viewportSize().width,
    `${how}: the card leaves the window`);
}

async function card(browser, site) {
  const name = subject(site);
  const near = page => page.locator(REF + '[href^="#"]').first();
  const far = page => page.locator(REF + ':not([href^="#"])').first();
  const faults = [];
  for (const width of [1440, 360]) {
    faults.push(...await on(browser, site, name,
      { context: { viewport: { width, height: 800 } } },
      async (page, check) => {
        for (const [ref, what] of [[near(page), 'same page'],
          [far(page), 'other page']]) {
          await ref.hover(SOON);
          await cardOf(page, check, ref, `${what}, hover at ${width} px`);
          (await page.evaluate(sideways)).forEach((f) =>
            check(false, `with the card at ${width} px: ${f}`));
          await page.mouse.move(0, 0);
          check(await gone(page, '#card'), 'the card stays');
        }
        await page.keyboard.press('Tab');
        await far(page).focus();
        await cardOf(page, check, far(page), 'focus');
        await page.keyboard.press('Escape');
        check(await gone(page, '#card'), 'Escape leaves the card');
      }));
  }
  return faults.concat(await tapped(browser, site, name, far));
}

// With a finger: the first tap shows, and the card's own link goes there.
async function tapped(browser, site, name, far) {
  return on(browser, site, name, { context: { hasTouch: true,
    viewport: { width: 360, height: 800 } } }, async (page, check) => {
    const to = await far(page).getAttribute('href');
    await far(page).tap(SOON);
    await cardOf(page, check, far(page), 'tap');
    check(!page.url().endsWith(to), 'the first tap leaves the page');
    await page.locator('#card a').last().tap(SOON);
    await page.waitForURL((url) => url.href.endsWith(to), SOON);
  });
}

// Pastes what was copied; first something else is, so that nothing is left of
// what was copied before.
async function copy(browser, site) {
  return on(browser, site, subject(site), {}, async (page, check) => {
    const count = await page.locator(LISTING).count();
    const buttons = page.locator(`${LISTING} button.copy`);
    check(await buttons.count() === count,
      `${await buttons.count()} copy buttons for ${count} listings`);
    await page.evaluate(() => {
      const area = document.createElement('textarea');
      area.id = 'paste';
      area.value = 'before';
      document.body.append(area);
      area.select();
    });
    await page.keyboard.press('Control+C');
    await buttons.first().click(SOON);
    const code = await page.locator(LISTING).first().locator('pre code')
      .textContent();
    await page.locator('#paste').fill('');
    await page.keyboard.press('Control+V');
    const pasted = await page.locator('#paste').inputValue();
    check(pasted.trim() === code.trim(),
      `pasted “${pasted.slice(0, 40)}”, not “${code.slice(0, 40)}”`);
  });
}

async function panel(browser, site) {
  const faults = [];
  for (const width of [1440, 360]) {
    faults.push(...await on(browser, site, subject(site),
      { context: { viewport: { width, height: 800 } } },
      async (page, check) => {
        const badge = page.locator(BADGE).first();
        const url = page.url(), evidence = await badge.getAttribute('href');
        await badge.click(SOON);
        const dialog = page.locator('dialog#claim[open]');
        await dialog.waitFor(SOON);
        check(page.url() === url, 'the badge leaves the page');
        check(await within(page, '#claim'), 'no focus in the panel');
        check(await dialog.locator('dl, table').count() > 0, 'no figures');
        check(await dialog.locator(`a[href$="${evidence}"]`).count() > 0,
          `no link to ${evidence}`);
        const box = await dialog.boundingBox();
        check(box.x >= 0 && box.x + box.width <= width,
          `the panel leaves the window at ${width} px`);
        await page.keyboard.press('Escape');
        check(await gone(page, 'dialog#claim'), 'Escape leaves the panel');
        check(await badge.evaluate((e) => e === document.activeElement),
          'Escape does not give the focus back to the badge');
      }));
  }
  return faults;
}

// --- axe, with each of them open -----------------------------------------

async function openCard(page) {
  await page.locator(REF).first().hover(SOON);
  await page.waitForSelector('#card .katex', SOON);
}

async function openPanel(page) {
  await page.locator(BADGE).first().click(SOON);
  await page.waitForSelector('dialog#claim[open]', SOON);
}

async function accessible(browser, site, modules) {
  const q = questions(site), faults = [];
  const openResults = async (page) => {
    await openSearch(page, () => {});
    await find(page, () => {}, q.number, q.equationAt);
  };
  for (const [what, show] of [['card', openCard], ['panel', openPanel],
    ['search', openResults]]) {
    faults.push(...await on(browser, site, subject(site), {},
      async (page, check) => {
        await show(page);
        const found = await axe(page, modules);
        found.forEach((f) => check(false, `with the ${what} open: ${f}`));
      }));
  }
  return faults;
}

const CHECKS = [
  ['search finds a word and an equation', search],
  ['the theme switch switches, and is remembered', theme],
  ['a reference shows the card of its equation', card],
  ['the copy button copies the listing', copy],
  ['a badge opens the panel of its claim', panel],
  ['axe-core finds no violation with card, panel or search open', accessible],
];

module.exports = { CHECKS, subject };
