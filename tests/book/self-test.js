// Breaks a copy of the built book, one thing at a time, and asks the test that
// guards it: it must find a fault that it does not find in the whole copy.
'use strict';

const fs = require('fs');
const path = require('path');
const site = require('./site.js');
const browser = require('./browser.js');
const use = require('./use.js');
const documents = require('./documents.js');

const HEAD = /<\/head>/;
const MAIN = /<\/main>/;
const at = (place, text) => (html) => html.replace(place, (m) => text + m);
const style = (css) => at(HEAD, `<style>${css}</style>`);
const script = (js) => at(HEAD, `<script>${js}</script>`);
const drop = (pattern) => (html) => html.replace(pattern, '');

// [test, how it is broken, file, change]; the file PAGE is a chapter.
const PAGE = null;
const FILES = [
  ['all pages are there', 'a page is gone', 'notation.html', () => null],
  ['every page is reached from index.html', 'a page without a link',
    'lost.html', () => '<!DOCTYPE html><html lang="en"></html>'],
  ['links and anchors lead somewhere in the folder', 'an anchor of nothing',
    PAGE, at(MAIN, '<a href="index.html#nowhere">x</a>')],
  ['links and anchors lead somewhere in the folder', 'a file that is gone',
    PAGE, at(MAIN, '<a href="source/nothing.c.txt">x</a>')],
  ['links and anchors lead somewhere in the folder', 'a picture from the web',
    PAGE, at(MAIN, '<img src="https://example.org/a.png" alt="x">')],
  ['links and anchors lead somewhere in the folder', 'an absolute path',
    PAGE, at(MAIN, '<a href="/etc/hosts">x</a>')],
  ['links and anchors lead somewhere in the folder', 'a font from the web',
    'style.css', (css) => css + '@import url("https://example.org/a.css");'],
  ['ids are unique', 'an id twice', PAGE, at(MAIN, '<p id="main">x</p>')],
  ['headings skip no level', 'h5 at the end', PAGE, at(MAIN, '<h5>x</h5>')],
  ['every picture has alt', 'an empty alt',
    PAGE, at(MAIN, '<img src="figures/a.svg" alt="">')],
  ['one main landmark, a skip link, a language', 'a second main',
    PAGE, at(MAIN, '<main></main>')],
  ['one main landmark, a skip link, a language', 'no skip link',
    PAGE, drop(/<a class="skip"[^]*?<\/a>/)],
  ['a chapter is under 150 KB gzipped', '200 KB of noise',
    PAGE, at(MAIN, noise(200000))],
  ['data scripts fit the pages', 'an equation without its entry',
    PAGE, at(MAIN, '<div class="equation" id="eq:none"></div>')],
  ['data scripts fit the pages', 'a badge without its entry',
    PAGE, at(MAIN, '<a class="badge" data-claim="none">x</a>')],
  ['data scripts fit the pages', 'a script that does not run',
    'search.js', () => 'book.index(['],
  ['the search index fits the pages', 'an empty index',
    'search.js', () => 'book.index([]);'],
  ['HTML is valid', 'a paragraph in a list', PAGE, at(MAIN, '<ul><p>x</ul>')],
];

const PAGES = [
  [browser.LOADS, 'a warning', PAGE, script('console.warn(1)')],
  [browser.LOADS, 'an exception', PAGE, script('throw Error(1)')],
  [browser.LOADS, 'a script from the web', PAGE,
    at(HEAD, '<script src="https://example.invalid/a.js"></script>')],
  [browser.LOADS, 'a file outside', PAGE,
    at(MAIN, '<img src="../outside.svg" alt="x">')],
  [browser.FLASH, 'no script in the head', PAGE,
    drop(/<script>[^]*?<\/script>/)],
  [browser.SKIP, 'a skip link that nobody sees', PAGE,
    style('.skip { visibility: hidden }')],
  [browser.SIDEWAYS, '400 px', PAGE,
    at(MAIN, '<div style="width: 400px">x</div>')],
  [browser.SIDEWAYS, '400 px, folded', PAGE,
    at(MAIN, '<details><summary>x</summary>' +
      '<div style="width: 400px">x</div></details>')],
  [browser.THEMES, 'a figure for light pages only', PAGE,
    style('.on-dark { display: none !important }' +
      '.on-light { display: block !important }')],
  [browser.THEMES, 'light paper in the dark', PAGE,
    style('body { background: #fff !important; color: #000 !important }')],
  [browser.PAPER, 'the header', PAGE,
    style('.top { display: block !important }')],
  [browser.PAPER, 'dark paper', PAGE,
    style('body { background: #222 !important; color: #ddd !important }')],
  [browser.PLAIN, 'hidden text', PAGE, at(MAIN, '<p hidden>text</p>')],
  [browser.PLAIN, 'formulas by script', PAGE,
    style('.equation .math { display: none }')],
  [browser.PLAIN, 'a dead button', PAGE,
    at(MAIN, '<button type="button">x</button>')],
  [browser.AXE, 'grey on white', PAGE,
    at(MAIN, '<p style="color: #aaa; background: #fff">text</p>')],
  [browser.AXE, 'low contrast in the dark only', PAGE,
    style('[data-theme="dark"] main p { color: #333 !important }')],
  [browser.AXE, 'a button without a name', PAGE,
    at(MAIN, '<button type="button"></button>')],
];

const USES = [
  ['search finds a word and an equation', 'an empty index',
    'search.js', () => 'book.index([]);'],
  ['the theme switch switches, and is remembered', 'nothing is stored', PAGE,
    script('Storage.prototype.setItem = function () {};')],
  ['a reference shows the card of its equation', 'no card', PAGE,
    style('#card { display: none !important }')],
  ['the copy button copies the listing', 'nothing is copied', PAGE,
    script('navigator.clipboard.writeText = async function () {};')],
  ['a badge opens the panel of its claim', 'no book.js', PAGE,
    drop(/<script src="book.js"[^>]*><\/script>/)],
  ['axe-core finds no violation with card, panel or search open',
    'grey on white', PAGE,
    style('#card *, dialog * { color: #aaa !important }')],
];

// A page of Helvetica, which is in no file, and a link to a page of the site.
const PDF = `%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R
/Resources <</Font <</F 5 0 R>>>> /Annots [6 0 R]>> endobj
4 0 obj <</Length 31>> stream
BT /F 9 Tf 9 9 Td (text) Tj ET
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
6 0 obj <</Type /Annot /Subtype /Link /Rect [0 0 9 9]
/A <</S /URI /URI (02-linear.html)>>>> endobj
trailer <</Root 1 0 R>>
`;
const DONE = 'Output written on book.pdf (101 pages, 1 bytes).\n';
const log = (line) => () => `${line}\n${DONE}`;
const BOOK = 'checked-gradients.pdf';
const LOG = documents.LOG;
const DOCUMENTS = [
  ['EPUB: epubcheck finds no error and no warning', 'no EPUB at all',
    'checked-gradients.epub', () => 'text'],
  ['PDF: all fonts are embedded', 'Helvetica', BOOK, () => PDF],
  ['PDF: over 100 pages', 'one page', BOOK, () => PDF],
  ['PDF: links leave it for the web only', 'a link to a page of the site',
    BOOK, () => PDF],
  ['PDF: no box is overfull by more than 2 pt', '2.1 pt', LOG,
    log('Overfull \\hbox (2.1pt too wide) in paragraph at lines 1--2')],
  ['PDF: no box is overfull by more than 2 pt', 'a run that did not finish',
    LOG, () => ''],
  ['PDF: no lost reference, no missing character', 'a glyph', LOG,
    log('Missing character: There is no x in font y!')],
  ['PDF: no lost reference, no missing character', 'a link', LOG,
    log('name{eq:none} has been referenced but does not exist')],
];

// Letters that gzip cannot shorten much.
function noise(length) {
  let text = '', state = 1;
  while (text.length < length) {
    state = (state * 48271) % 2147483647;
    text += state.toString(36);
  }
  return `<!-- ${text} -->`;
}

// Puts a changed file in place; returns what puts the old one back.
function change(root, file, how) {
  const full = path.join(root, file);
  const old = fs.existsSync(full) ? fs.readFileSync(full) : null;
  const text = how(old === null ? '' : old.toString());
  if (old !== null && text === old.toString()) {
    throw new Error(`${file}: nothing there to break`);
  }
  fs.mkdirSync(path.dirname(full), { recursive: true });
  if (text === null) fs.unlinkSync(full);
  else fs.writeFileSync(full, text);
  return () => old === null ? fs.unlinkSync(full) :
    fs.writeFileSync(full, old);
}

// A break is noticed where the test finds what it does not find in the whole.
async function noticed(root, file, how, whole, test) {
  const restore = change(root, file, how);
  try {
    const fresh = (await test()).filter((f) => !whole.has(f));
    return fresh.length ? [] : ['not noticed'];
  } finally {
    restore();
  }
}

async function breakAll(breaks, root, page, report, testOf) {
  const wholes = new Map();
  for (const [name, what, where, how] of breaks) {
    const file = where === PAGE ? page : where;
    let faults;
    try {
      const test = testOf(name, file);
      if (!wholes.has(name)) wholes.set(name, new Set(await test()));
      faults = await noticed(root, file, how, wholes.get(name), test);
    } catch (e) {
      faults = [e.message.split('\n')[0]];
    }
    report(`${name} — ${what}`, faults);
  }
}

function checkOf(checks, name) {
  const found = checks.find(([n]) => n === name);
  if (!found) throw new Error(`no test of this name: ${name}`);
  return found[1];
}

function copyOf(build) {
  const copy = path.join(build, 'test-book', 'broken');
  fs.rmSync(copy, { recursive: true, force: true });
  fs.cpSync(path.join(build, 'book'), path.join(copy, 'book'),
    { recursive: true });
  return copy;
}

// The files are read again after each change: those that it can have touched.
function fileTest(root, modules, page) {
  const whole = site.readSite(root);
  return (name, file) => () => {
    const pages = new Map(whole.pages);
    if (!fs.existsSync(path.join(root, file))) pages.delete(file);
    else if (/\.html$/.test(file)) pages.set(file, site.readPage(root, file));
    if (name === 'HTML is valid') {
      for (const other of whole.pages.keys()) {
        if (other !== page) pages.delete(other);
      }
    }
    const data = file === 'search.js' ? site.readData(root) : whole.data;
    return checkOf(site.CHECKS, name)({ root, pages, data }, modules);
  };
}

async function run(build, modules, report) {
  const copy = copyOf(build), root = path.join(copy, 'book');
  fs.writeFileSync(path.join(copy, 'outside.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const whole = site.readSite(root), page = use.subject(whole);
  const chromium = await browser.launch(modules);
  await breakAll(FILES, root, page, report, fileTest(root, modules, page));
  await breakAll(PAGES, root, page, report, (name) => async () => {
    const { result } = await browser.inspect(chromium, whole, page, modules,
      [name]);
    return result[name];
  });
  await breakAll(USES, root, page, report, (name) => () =>
    checkOf(use.CHECKS, name)(chromium, whole, modules));
  await chromium.close();
  await breakAll(DOCUMENTS, copy, page, report, (name) => () =>
    checkOf(documents.CHECKS, name)(copy));
  fs.rmSync(copy, { recursive: true });
}

module.exports = { run };
