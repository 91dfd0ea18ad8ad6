// Proves that the built book is sound: the site, the EPUB and the PDF.
//   node tests/book/test.js [--self-test] [BUILD]
// One line a test; exit 1 if any fails.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { Worker, isMainThread, workerData, parentPort } =
  require('worker_threads');
const site = require('./site.js');
const browser = require('./browser.js');
const use = require('./use.js');
const documents = require('./documents.js');

const SHOWN = 8;
const AT_ONCE = 2;
const MODULES = ['playwright-core', 'axe-core', 'html-validate'];

let failed = 0, passed = 0;

// A fault reads `page: what @ where`.  The same one of several places is one
// line, with the first of them.
function grouped(faults) {
  const places = new Map();
  for (const fault of faults) {
    const [, page, what, where] =
      /^(?:(\S+\.html): )?([^]*?)(?: @ ([^]*))?$/.exec(fault);
    places.set(what, (places.get(what) || []).concat([[page, where]]));
  }
  return [...places].map(([what, list]) => {
    const [[page, where]] = list;
    const on = new Set(list.map(([p]) => p)).size;
    return (page ? `${page}: ` : '') + what + (where ? ` @ ${where}` : '') +
      (list.length > 1 ? ` — ${list.length} times, on ${on} pages` : '');
  });
}

function report(name, faults) {
  console.log(`${faults.length ? '✗' : '✓'} ${name}`);
  const lines = grouped(faults);
  for (const line of lines.slice(0, SHOWN)) console.log(`    ${line}`);
  const more = lines.length - SHOWN;
  if (more > 0) console.log(`    and ${more} more`);
  if (faults.length) failed++;
  else passed++;
}

function modulesOf(build) {
  return createRequire(path.resolve(build, 'test-book', 'modules.js'));
}

// Names the tools that are missing; no test is left out for want of one.
function missing(build) {
  const need = modulesOf(build), faults = [];
  for (const name of MODULES) {
    try {
      need.resolve(name);
    } catch (e) {
      faults.push(`${name}: not installed; run make deps-test-book`);
    }
  }
  if (!browser.executable()) {
    faults.push('Chromium: not installed; run make deps-test-book');
  }
  if (!fs.existsSync(path.join(build, 'book', 'index.html'))) {
    faults.push(`${build}/book/index.html: not there; run make book`);
  }
  return faults;
}

// The checks of the files take seconds of one core: beside the browser's.
function checkFiles(build) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { build } });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

function fileResults(build) {
  const pages = site.readSite(path.resolve(build, 'book'));
  return site.CHECKS.map(([name, check]) => {
    try {
      return [name, check(pages, modulesOf(build))];
    } catch (e) {
      return [name, [e.message]];
    }
  });
}

// Runs the jobs, AT_ONCE of them side by side.
async function together(jobs) {
  const queue = jobs.slice();
  const line = async () => {
    for (let job; (job = queue.shift());) await job();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
}

// Every page in the browser; longest first, so that no core waits at the end.
async function checkPages(run, pages, modules) {
  const all = Object.fromEntries(browser.CHECKS.map((c) => [c, []]));
  const paints = [];
  const names = [...pages.pages.values()]
    .sort((a, b) => b.html.length - a.html.length).map((p) => p.name);
  await together(names.map((name) => async () => {
    let result;
    try {
      const seen = await browser.inspect(run, pages, name, modules);
      result = seen.result;
      paints.push([Math.round(seen.paint), name]);
    } catch (e) {
      result = { [browser.LOADS]: [e.message.split('\n')[0]] };
    }
    for (const check of browser.CHECKS) {
      const faults = result[check] || ['not reached'];
      all[check].push(...faults.map((f) => `${name}: ${f}`));
    }
  }));
  return { all, paints: paints.sort((a, b) => b[0] - a[0]) };
}

function measured(pages, paints) {
  const [bytes, heavy] = site.largest(pages);
  console.log(`  largest page, gzipped: ${heavy}, ${bytes} bytes`);
  if (!paints.length) return;
  const [slow, page] = paints[0];
  const over = paints.filter(([ms]) => !(ms < 1000)).length;
  console.log(`  first paint from disk: ${slow} ms at most (${page}), ` +
    `${paints[paints.length >> 1][0]} ms in the middle` +
    (over ? `; ${over} of ${paints.length} took a second or more` : ''));
}

async function testBook(build) {
  const modules = modulesOf(build);
  const files = checkFiles(build);
  const papers = documents.CHECKS.map(([name, check]) => [name, check(build)]);
  const pages = site.readSite(path.resolve(build, 'book'));
  const run = await browser.launch(modules);
  const { all, paints } = await checkPages(run, pages, modules);
  for (const [name, faults] of await files) report(name, faults);
  for (const check of browser.CHECKS) report(check, all[check]);
  const used = new Map();
  await together(use.CHECKS.map(([name, check]) => async () => {
    used.set(name, await check(run, pages, modules)
      .catch((e) => [e.message.split('\n')[0]]));
  }));
  for (const [name] of use.CHECKS) report(name, used.get(name));
  await run.close();
  for (const [name, faults] of papers) report(name, await faults);
  measured(pages, paints);
}

async function main(args) {
  const started = Date.now();
  const self = args[0] === '--self-test';
  const build = args[self ? 1 : 0] || 'build';
  const faults = missing(build);
  for (const fault of faults) console.error(`test-book: ${fault}`);
  if (faults.length) return 1;
  if (self) {
    await require('./self-test.js').run(build, modulesOf(build), report);
  } else {
    await testBook(build);
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${passed} passed, ${failed} failed, ${seconds} s`);
  return failed ? 1 : 0;
}

if (isMainThread) {
  main(process.argv.slice(2)).catch((e) => {
    console.error(`test-book: ${e.message}`);
    return 1;
  }).then((code) => { process.exitCode = code; });
} else {
  parentPort.postMessage(fileResults(workerData.build));
}
