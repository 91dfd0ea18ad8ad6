// What the files of the site tell without a browser: links, anchors, ids,
// headings, pictures, sizes, the data scripts and the validity of the HTML.
// Each check returns the list of what is wrong, one string a fault.
'use strict';

const fs = require('fs');
const path = require('path');
const vm = require('vm');
const zlib = require('zlib');

const CHAPTER = /^\d\d-[a-z-]+\.html$/;
const EVIDENCE = /^\d\d-[a-z-]+-evidence\.html$/;
const SINGLE = ['index.html', 'equations.html', 'figures.html',
  'notation.html'];
const CHAPTERS = 12;
const GZIPPED = 150000;

const isChapter = (name) => CHAPTER.test(name) && !EVIDENCE.test(name);

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };
function decode(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (all, dec, hex, name) => name ? ENTITIES[name] || all :
      String.fromCodePoint(dec ? +dec : parseInt(hex, 16)));
}

// The tags of a page, in order: {name, at: {attribute: value}, line}.
// Comments and the contents of scripts and styles are passed over.
function tags(html) {
  const tag = new RegExp('<!--[^]*?-->|<([a-z][^\\s/>]*)' +
    '((?:\\s+[^\\s=/>]+(?:\\s*=\\s*(?:"[^"]*"|\'[^\']*\'|[^\\s>]+))?)*)' +
    '\\s*/?>', 'gi');
  const attribute = new RegExp('([^\\s=/>]+)(?:\\s*=\\s*' +
    '(?:"([^"]*)"|\'([^\']*)\'|([^\\s>]+)))?', 'g');
  const found = [];
  let line = 1, upto = 0;
  for (let m; (m = tag.exec(html));) {
    if (!m[1]) continue;
    for (; upto < m.index; upto++) if (html[upto] === '\n') line++;
    const at = {}, name = m[1].toLowerCase();
    for (const a of m[2].matchAll(attribute)) {
      at[a[1].toLowerCase()] = decode(a[2] || a[3] || a[4] || '');
    }
    found.push({ name, at, line });
    if (name === 'script' || name === 'style') {
      const end = html.indexOf('</' + name, tag.lastIndex);
      if (end >= 0) tag.lastIndex = end;
    }
  }
  return found;
}

function readPage(root, name) {
  const html = fs.readFileSync(path.join(root, name), 'utf8');
  const page = { name, html, tags: tags(html), ids: new Set(), twice: [] };
  for (const t of page.tags) {
    if (t.at.id === undefined) continue;
    if (page.ids.has(t.at.id)) page.twice.push(t);
    page.ids.add(t.at.id);
  }
  return page;
}

// The data scripts, run with a `book` that only remembers its arguments.
function readData(root) {
  const data = { equations: [], claims: [], index: [], faults: [] };
  const book = {};
  for (const kind of ['equations', 'claims']) {
    book[kind] = (page, entries) =>
      data[kind].push({ page, entries, from: data.reading });
  }
  book.index = (entries) => data.index.push(...entries);
  const folder = path.join(root, 'data');
  const files = fs.existsSync(folder) ?
    fs.readdirSync(folder).filter((f) => f.endsWith('.js')).sort() : [];
  for (const file of [...files.map((f) => 'data/' + f), 'search.js']) {
    data.reading = file;
    try {
      vm.runInNewContext(fs.readFileSync(path.join(root, file), 'utf8'),
        { book, window: { book } });
    } catch (e) {
      data.faults.push(`${file}: ${e.message}`);
    }
  }
  return data;
}

function readSite(root) {
  const names = fs.existsSync(root) ?
    fs.readdirSync(root).filter((f) => f.endsWith('.html')).sort() : [];
  const pages = new Map(names.map((n) => [n, readPage(root, n)]));
  return { root, pages, data: readData(root) };
}

function each(site, check) {
  const faults = [];
  for (const page of site.pages.values()) {
    for (const fault of check(page)) faults.push(`${page.name}${fault}`);
  }
  return faults;
}

function present(site) {
  const names = [...site.pages.keys()];
  const faults = SINGLE.filter((n) => !site.pages.has(n))
    .map((n) => `${n}: not in ${site.root}`);
  for (const [what, count] of [
    ['chapters', names.filter(isChapter).length],
    ['evidence', names.filter((n) => EVIDENCE.test(n)).length],
  ]) {
    if (count < CHAPTERS) {
      faults.push(`${what}: ${count} pages, at least ${CHAPTERS} expected`);
    }
  }
  return faults;
}

// --- Links ---------------------------------------------------------------

const EXTERNAL = /^(https?:|mailto:)/i;

function isFile(file) {
  return fs.existsSync(file) && fs.statSync(file).isFile();
}

// What is wrong with a link of the page `from`, or null.  `base` is the page
// that relative links start from.
function broken(site, base, link) {
  if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(link)) {
    return 'neither relative nor http(s)';
  }
  const [file, fragment] = link.split('#');
  let target = base;
  try {
    if (file) {
      target = path.posix.join(path.posix.dirname(base),
        decodeURIComponent(file.split('?')[0]));
    }
    if (target.startsWith('..')) return 'leaves the folder';
    if (!isFile(path.join(site.root, target))) return 'no such file';
    if (fragment === undefined || fragment === '') return null;
    const page = site.pages.get(target);
    if (!page) return 'a fragment of what is no page';
    return page.ids.has(decodeURIComponent(fragment)) ? null : 'no such id';
  } catch (e) {
    return e.message;
  }
}

// Every link of a list of tags: {tag, attribute, link, loads}; `loads` where
// the browser fetches it with the page.
function linksOf(list) {
  const links = [];
  for (const tag of list) {
    for (const attribute of ['href', 'src', 'poster', 'data', 'action']) {
      if (tag.at[attribute] === undefined) continue;
      const loads = attribute !== 'action' && tag.name !== 'a' &&
        !/\b(canonical|license)\b/.test(tag.at.rel);
      links.push({ tag, attribute, link: tag.at[attribute], loads });
    }
    for (const one of (tag.at.srcset || '').split(',').filter(Boolean)) {
      links.push({ tag, attribute: 'srcset', link: one.trim().split(/\s/)[0],
        loads: true });
    }
  }
  return links;
}

function pageLinks(site, base, list) {
  const faults = [];
  for (const { tag, attribute, link, loads } of linksOf(list)) {
    if (loads && link.startsWith('data:')) continue;
    if (!loads && EXTERNAL.test(link)) continue;
    const why = broken(site, base, link);
    const where = `:${tag.line}: <${tag.name} ${attribute}="${link}">`;
    if (why) faults.push(`${where}: ${why}`);
  }
  return faults;
}

// url() and @import of the style sheets, href and src of the figures.
function fileLinks(site, folder, ending, pattern) {
  const faults = [];
  const full = path.join(site.root, folder);
  if (!fs.existsSync(full)) return [`${folder || '.'}: no such folder`];
  for (const f of fs.readdirSync(full).filter((n) => n.endsWith(ending))) {
    const text = fs.readFileSync(path.join(full, f), 'utf8');
    const from = path.posix.join(folder, f);
    for (const m of text.matchAll(pattern)) {
      if (/^(data:|#)/.test(m[1])) continue;
      const why = broken(site, from, m[1].split('#')[0]);
      if (why) faults.push(`${from}: ${m[1]}: ${why}`);
    }
  }
  return faults;
}

function links(site) {
  const url = /(?:url\(|@import\s+)\s*["']?([^"')\s;]+)/g;
  return [
    ...each(site, (page) => pageLinks(site, page.name, page.tags)),
    ...fileLinks(site, '', '.css', url),
    ...fileLinks(site, 'katex', '.css', url),
    ...fileLinks(site, 'figures', '.svg', /\b(?:href|src)\s*=\s*"([^"]*)"/g),
  ];
}

// A page that no chain of links from index.html reaches is lost to readers.
function reachable(site) {
  const seen = new Set(['index.html']);
  for (const name of seen) {
    const page = site.pages.get(name);
    for (const { link } of page ? linksOf(page.tags) : []) {
      const file = link.split('#')[0];
      if (site.pages.has(file)) seen.add(file);
    }
  }
  return [...site.pages.keys()].filter((n) => !seen.has(n))
    .map((n) => `${n}: no link from index.html leads here`);
}

// --- Pages ---------------------------------------------------------------

function ids(site) {
  return each(site, (page) => page.twice.map((t) =>
    `:${t.line}: <${t.name} id="${t.at.id}">: an id that is there already`));
}

function headings(site) {
  return each(site, (page) => {
    const faults = [];
    let last = 0, first = 0;
    for (const { name, line } of page.tags) {
      if (!/^h[1-6]$/.test(name)) continue;
      const level = +name[1];
      if (level === 1) first++;
      if (level > last + 1) faults.push(`:${line}: <${name}> after h${last}`);
      last = level;
    }
    if (first !== 1) faults.push(`: ${first} headings of level 1`);
    return faults;
  });
}

function pictures(site) {
  return each(site, (page) => page.tags
    .filter((t) => t.name === 'img' && !(t.at.alt || '').trim())
    .map((t) => `:${t.line}: <img src="${t.at.src}">: no alt`));
}

function landmarks(site) {
  return each(site, ({ tags: list, ids: have }) => {
    const faults = [];
    const mains = list.filter((t) => t.name === 'main').length;
    if (mains !== 1) faults.push(`: ${mains} main landmarks`);
    const first = list.find((t) => t.name === 'a');
    const skip = first && /\bskip\b/.test(first.at.class || '');
    if (!skip) faults.push(': the first link is no a.skip');
    else if (!have.has(first.at.href.slice(1))) {
      faults.push(`: the skip link goes to ${first.at.href}`);
    }
    if (!list.some((t) => t.name === 'html' && t.at.lang)) {
      faults.push(': no language');
    }
    return faults;
  });
}

function gzipped(page) {
  return zlib.gzipSync(page.html, { level: 6 }).length;
}

function sizes(site) {
  return each(site, (page) => {
    const size = isChapter(page.name) ? gzipped(page) : 0;
    return size < GZIPPED ? [] :
      [`: ${size} bytes gzipped, ${GZIPPED} allowed`];
  });
}

function largest(site) {
  return [...site.pages.values()].map((p) => [gzipped(p), p.name])
    .sort((a, b) => b[0] - a[0])[0];
}

// --- Data ----------------------------------------------------------------

// HTML that book.js will put into a page.  A claim comes from the page of
// evidence: its own anchors are there, but for those of the equations.
function snippet(site, kind, name, html) {
  const list = tags(html);
  const evidence = name.replace(/\.html$/, '-evidence.html');
  const faults = list.filter((t) => t.name === 'script')
    .map((t) => `:${t.line}: a script`);
  for (const t of list) {
    const own = kind === 'claims' && /^#(?!eq:)/.test(t.at.href || '');
    faults.push(...pageLinks(site, own ? evidence : name, [t]));
  }
  return faults;
}

// Each entry of data/*.js belongs to a page, and each equation and badge of a
// page has its entry.
function dataScripts(site) {
  const faults = [...site.data.faults];
  const have = { equations: new Map(), claims: new Map() };
  for (const kind of ['equations', 'claims']) {
    for (const { page: name, entries, from } of site.data[kind]) {
      const page = site.pages.get(name);
      if (!page) faults.push(`${from}: ${name}: no such page`);
      else have[kind].set(name, entries);
      for (const [id, entry] of Object.entries(entries)) {
        const html = kind === 'claims' ? entry : entry.html;
        if (!html) faults.push(`${from}: ${id}: no HTML`);
        else if (page) {
          faults.push(...snippet(site, kind, name, html)
            .map((f) => `${from}: ${id}${f}`));
        }
        if (kind === 'equations' && page && !page.ids.has(id)) {
          faults.push(`${from}: ${id}: no such id in ${name}`);
        }
      }
    }
  }
  return faults.concat(each(site, (page) => covered(page, have)));
}

function covered(page, have) {
  const faults = [];
  if (!isChapter(page.name)) return faults;
  const own = (kind) => have[kind].get(page.name) || {};
  for (const { at } of page.tags) {
    if (/\bequation\b/.test(at.class || '') && /^eq:/.test(at.id || '') &&
        !own('equations')[at.id]) {
      faults.push(`: not in data/*-equations.js @ ${at.id}`);
    }
    if (at['data-claim'] && !own('claims')[at['data-claim']]) {
      faults.push(`: not in data/*-claims.js @ ${at['data-claim']}`);
    }
  }
  return faults;
}

// What search finds must be where the index says, and every chapter in it.
function searchIndex(site) {
  const faults = [];
  const kinds = ['sections', 'equations', 'figures', 'exercises'];
  for (const entry of site.data.index) {
    const page = site.pages.get(entry.page);
    if (!page) {
      faults.push(`search.js: ${entry.page}: no such page`);
      continue;
    }
    for (const kind of kinds) {
      for (const [id] of entry[kind] || []) {
        if (id && !page.ids.has(id)) {
          faults.push(`search.js: ${entry.page}#${id}: no such id`);
        }
      }
    }
  }
  for (const page of site.pages.values()) {
    if (!isChapter(page.name)) continue;
    const entry = site.data.index.find((e) => e.page === page.name);
    const found = new Set((entry && entry.equations || []).map((e) => e[0]));
    const missing = page.tags.map((t) => t.at).filter((at) =>
      /\bequation\b/.test(at.class || '') && at.id && !found.has(at.id));
    if (!entry) faults.push(`search.js: ${page.name}: not there`);
    else if (missing.length) {
      faults.push(`search.js: ${page.name}: ${missing.length} equations ` +
        `missing, the first ${missing[0].id}`);
    }
  }
  return faults;
}

// --- Validity ------------------------------------------------------------

// KaTeX places its glyphs by style attributes.
function validator(modules) {
  const { HtmlValidate, StaticConfigLoader } = modules('html-validate');
  return new HtmlValidate(new StaticConfigLoader({
    root: true, extends: ['html-validate:standard'],
    rules: { 'no-inline-style': 'off' },
  }));
}

function valid(site, modules) {
  const validate = validator(modules);
  return each(site, ({ name, html }) => {
    const { results } = validate.validateStringSync(html, name);
    return (results[0] ? results[0].messages : []).map((m) =>
      `: ${m.ruleId}: ${m.message} @ ${m.line}:${m.column}`);
  });
}

const CHECKS = [
  ['all pages are there', present],
  ['every page is reached from index.html', reachable],
  ['links and anchors lead somewhere in the folder', links],
  ['ids are unique', ids],
  ['headings skip no level', headings],
  ['every picture has alt', pictures],
  ['one main landmark, a skip link, a language', landmarks],
  ['a chapter is under 150 KB gzipped', sizes],
  ['data scripts fit the pages', dataScripts],
  ['the search index fits the pages', searchIndex],
  ['HTML is valid', valid],
];

module.exports = { readSite, readPage, readData, CHECKS, largest, isChapter };
