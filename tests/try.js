// Says which exercises in code hold:   node tests/try.js try BUILD NN-STEM
//
// An exercise's equations are those that stand in it and call one of the
// functions of its code="...".  Each is checked by BUILD/try/STEM.try, which
// holds a reader's chapters/NN-STEM.try.c, in a process of its own, under a
// limit of time.  Exits 1 unless every exercise holds.
//
//                                     node tests/try.js check BUILD NN-STEM
// Fails unless each exercise is declared in full, the stub of each function
// fails an equation that calls it, and the answers pass all of them.
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { spawn, spawnSync } = require('child_process');
const { functions } = require('./mutants/mutate.js');

const [job, build, page = ''] = process.argv.slice(2);
const stem = page.replace(/^\d+-/, ''), chapter = parseInt(page, 10);
const SECONDS = 10, LINES = 12; // for one equation; of what a reader prints
// Points for one equation: at three, a mistake that few points show slips by.
const CASES = 10;

const file = (kind) => `chapters/${page}.${kind}`;
const indented = (text, by) => text.replace(/^/gm, by);

function complain(text) {
  console.error(`exercises: ${text}`);
  process.exit(1);
}

function read(name) {
  try {
    return fs.readFileSync(name, 'utf8');
  } catch (e) {
    return complain(`${name}: ${e.code}`);
  }
}

function head(text) {
  const lines = text.trimEnd().split('\n');
  return [...lines.slice(0, LINES), ...lines.length > LINES ? ['...'] : []]
    .join('\n');
}

// --- What the chapter declares ----------------------------------------------

function exercise(attributes, line, number) {
  const label = /#ex:([\w-]+)/.exec(attributes);
  const code = /code="([^"]*)"/.exec(attributes);
  return { label: label ? label[1] : '', line, number: `${chapter}.${number}`,
    code: code ? code[1].split(/\s+/).filter(Boolean) : [],
    claims: [], listed: [] };
}

// The chapter's exercises: {label, line, number, code: names of functions,
// claims: [{name, number}], listed: answers that it shows}.
function exercises() {
  const all = [], open = []; // open: the exercise of each ::: or null
  let fenced = false, equations = 0;
  read(file('md')).split('\n').forEach((line, k) => {
    const inside = open.find(Boolean);
    if (/^```/.test(line)) {
      const shown = /src="([^"]*)" fn="([^"]*)"/.exec(line);
      if (shown && inside && shown[1] === file('answers.c')) {
        inside.listed.push(shown[2]);
      }
      fenced = !fenced;
    }
    if (fenced) return;
    const div = /^:::+\s*(.*)$/.exec(line);
    if (div && /^\{\.exercise\b/.test(div[1])) {
      all.push(exercise(div[1], k + 1, all.length + 1));
      open.push(all[all.length - 1]);
    } else if (div && div[1]) open.push(null);
    else if (div) open.pop();
    for (const m of line.matchAll(/\{#eq:([\w-]+)([^}]*)\}/g)) {
      const number = `${chapter}.${++equations}`;
      if (inside && !m[2].includes('.definition')) {
        inside.claims.push({ name: m[1], number });
      }
    }
  });
  return all;
}

// --- One run ----------------------------------------------------------------

const OUTSIDE = 'outside of an array';
const SAYS = {
  'heap-buffer-overflow': OUTSIDE,
  'stack-buffer-overflow': OUTSIDE,
  'dynamic-stack-buffer-overflow': OUTSIDE,
  'global-buffer-overflow': OUTSIDE,
  SEGV: 'where no memory is',
  'heap-use-after-free': 'memory after free()',
};

// What the sanitizers say: what, and the line of the reader's file.
function sanitized(noise) {
  const ub = /^(.*?):(\d+):\d+: runtime error: (.*)$/m.exec(noise);
  if (ub) return `${ub[3]}\n${path.relative('.', ub[1])}:${ub[2]}`;
  const asan = /ERROR: AddressSanitizer: (\S+)/.exec(noise);
  if (!asan) return '';
  const access = /\b(READ|WRITE) (of size|memory access)/.exec(noise);
  const verb = { READ: 'reads', WRITE: 'writes' }[access ? access[1] : ''];
  let what = `${verb || 'reads or writes'} ${SAYS[asan[1]]}`;
  if (asan[1] === 'stack-overflow') what = 'calls itself without end, or ' +
    'has arrays that the stack does not hold';
  else if (!SAYS[asan[1]]) what = `: ${asan[1]}`;
  const frame = [...noise.matchAll(/^ *#\d+ \S+ in (\S+) (\S+?):(\d+)/gm)]
    .find((m) => path.resolve(m[2]) === path.resolve(file('try.c')));
  return frame ? `${frame[1]} ${what}\n${file('try.c')}:${frame[3]}` : what;
}

function nm(...args) {
  const run = spawnSync('nm', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error || run.status !== 0) {
    complain(`nm ${args.join(' ')}: ${run.error || run.stderr}`);
  }
  return [...run.stdout.matchAll(/^([0-9a-f]+) [TtWw] (\S+)$/gm)]
    .map((m) => [parseInt(m[1], 16), m[2]]);
}

// Names by their distance from the hook of tests/runner.c, which tells those.
const places = new Map();
function nameAt(program, distance) {
  if (!places.has(program)) {
    const all = nm(program);
    const hook = all.find(([, name]) => name === '__cyg_profile_func_enter');
    places.set(program,
      new Map(all.map(([at, name]) => [at - hook[0], name])));
  }
  return places.get(program).get(+distance);
}

// What the runner's lines look like; all others are a reader's own.
const ROW = /^([a-z][\w-]*) +(\S+)(?: +\S+){5} {2}(pass|refuted|FAIL)$/;
const RUNNER = /^(claim +error|✗ | {4}|\d+ random cases|\d+%: Checks)/;

// {holds, ended, late, called: names of the reader's functions, rows: [claim,
// error] of what holds, says: why not, printed: by the reader}.
function judged(program, { text, noise, calls, late, code, signal }) {
  const lines = text.split('\n').filter(Boolean);
  const ended = !late && lines.some((line) => /^\d+%: Checks: /.test(line));
  const says = [...text.matchAll(/^✗ .*does not hold:.*\n( {4}.*\n)*/gm)]
    .map((m) => m[0].trimEnd());
  if (late) says.push(`no end after ${late} seconds: an endless loop?`);
  else if (!ended) {
    says.push(sanitized(noise) || 'your code ended the program, by ' +
      `${signal || `exit(${code})`}\n${head(noise)}`.trimEnd());
  }
  return { ended, late, says: says.join('\n'), holds: ended && code === 0,
    called: calls.split('\n').filter(Boolean).map((d) => nameAt(program, d)),
    rows: lines.map((line) => ROW.exec(line))
      .filter((m) => m && m[3] !== 'FAIL').map((m) => [m[1], m[2]]),
    printed: lines.filter((l) => !ROW.test(l) && !RUNNER.test(l)).join('\n') };
}

// One claim by a program; all of the chapter, where none is named.
function run(program, claim, seconds = SECONDS) {
  return new Promise((done) => {
    const r = { text: '', noise: '', calls: '', late: 0 };
    const env = { ...process.env, CK_RUN_SUITE: stem.replace(/-/g, '_'),
      ASAN_OPTIONS: 'detect_leaks=0:hard_rss_limit_mb=2000' };
    const child = spawn(path.resolve(program), claim ?
      ['--claim', claim, '--cases', String(CASES)] : [],
      { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    // The end is kept: there stands what the runner says.
    const keep = (what) => (d) => { r[what] = (r[what] + d).slice(-1e6); };
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    const timer = setTimeout(() => {
      r.late = seconds;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.stdout.on('data', keep('text'));
    child.stderr.on('data', keep('noise'));
    child.stdio[3].on('data', keep('calls'));
    child.on('error', (e) => complain(`${program}: ${e.message}`));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done(judged(program, { ...r, code, signal }));
    });
  });
}

async function each(list, work) {
  let next = 0;
  await Promise.all(os.cpus().slice(0, 8).map(async () => {
    while (next < list.length) await work(list[next++]);
  }));
}

// --- make try-STEM ----------------------------------------------------------

// Functions that say what the stub says, or are not there.
function unwritten(mine) {
  const bodies = (text) => new Map(
    functions(text.replace(/\/\*[\s\S]*?\*\//g, ''))
      .map((f) => [f.name, f.body.replace(/\s+/g, '')]));
  const now = bodies(read(file('try.c'))), stub = bodies(read(file('stub.c')));
  return (name) => !mine.has(name) ||
    (now.has(name) && now.get(name) === stub.get(name));
}

function tell(claim, r) {
  const at = `equation (${claim.number}), eq:${claim.name},`;
  if (r.holds) {
    console.log(`  ✓ ${at} holds` +
      (r.rows.length ? `, error ${r.rows[0][1]}` : ''));
  } else if (r.ended) console.log(indented(r.says, '  '));
  else {
    console.log(`  ✗ ${at} could not be checked:`);
    console.log(indented(r.says, '      '));
  }
  if (r.printed) {
    console.log('    printed on the way:');
    console.log(indented(head(r.printed), '      '));
  }
}

async function tryOne(e, mine, open) {
  const missing = e.code.filter(open), results = new Map();
  const name = e.label.replace(`${stem}-`, '');
  console.log(`Exercise ${e.number}, ${name}: ${e.code.join(', ')}`);
  for (const f of missing) {
    const where = mine.has(f) ? '' : `, and not in ${file('try.c')}`;
    console.log(`  not written yet: ${f}${where}`);
  }
  if (missing.length === e.code.length) return false;
  let late = false; // what does not end is waited for once
  await each(e.claims, async (c) => {
    if (late) return;
    const r = await run(`${build}/try/${stem}.try`, c.name);
    late = late || r.late > 0;
    if (r.called.some((f) => e.code.includes(f))) results.set(c, r);
  });
  for (const c of e.claims) if (results.has(c)) tell(c, results.get(c));
  if (!results.size) console.log('  ✗ none of its equations calls these');
  return results.size > 0 && [...results.values()].every((r) => r.holds);
}

// All of the chapter's equations, with functions of the book replaced.
async function tryBook(names) {
  const r = await run(`${build}/try/${stem}.try`, null, 6 * SECONDS);
  console.log(`All of chapter ${chapter}, with your ${names.join(', ')} in ` +
    "place of the book's");
  if (r.holds) console.log(`  ✓ all ${r.rows.length} equations hold`);
  else if (r.ended) console.log(indented(r.says, '  '));
  else {
    const last = r.rows.length ? r.rows[r.rows.length - 1][0] : 'none';
    console.log(`  ✗ could not be checked; the last that holds: ${last}`);
    console.log(indented(r.says, '      '));
  }
  return r.holds;
}

async function tryAll() {
  const list = exercises().filter((e) => e.code.length);
  if (!list.length) complain(`${file('md')}: no exercise has code="..."`);
  const symbols = (object) => nm('-g', object).map(([, name]) => name);
  const mine = new Set(symbols(`${build}/try/d/${page}.try.o`));
  const open = unwritten(mine);
  const replaced = symbols(`${build}/d/libbook.a`)
    .filter((f) => mine.has(f));
  let good = 0, book = true;
  for (const e of list) good += await tryOne(e, mine, open) ? 1 : 0;
  if (replaced.length) book = await tryBook(replaced);
  console.log(`${good} of ${list.length} exercises of chapter ${chapter} ` +
    'hold');
  return good === list.length && book;
}

// --- make try-check ---------------------------------------------------------

// What the files do not agree on, a line each.
function undeclared(all, at) {
  const found = [];
  const bare = read(file('exercises.h')).replace(/\/\*[\s\S]*?\*\//g, '');
  const names = { 'exercises.h':
    [...bare.matchAll(/(\w+)\([^;{}]*\);/g)].map((m) => m[1]) };
  for (const kind of ['stub.c', 'answers.c']) {
    names[kind] = functions(read(file(kind)))
      .filter((f) => !f.isStatic).map((f) => f.name);
  }
  for (const name of new Set([...names['exercises.h'], ...names['stub.c']])) {
    if (!all.some((e) => e.code.includes(name))) {
      found.push(`${file('exercises.h')}: no exercise has code="${name}"`);
    }
  }
  for (const e of all) {
    for (const name of e.listed.filter((f) => names['exercises.h'].includes(f)
      && !e.code.includes(f))) {
      found.push(at(e, `its answer shows ${name}: code="${name}" is missing`));
    }
    for (const name of e.code) {
      for (const kind of Object.keys(names)) {
        if (names[kind].includes(name)) continue;
        found.push(at(e, `no ${name} in ${file(kind)}`));
      }
    }
  }
  return found;
}

// Whether the equations tell the stub from the answers.
async function untold(e, at) {
  const found = [], called = new Set(), failed = new Set();
  for (const c of e.claims) {
    const stub = await run(`${build}/try/${stem}.stub`, c.name);
    const answer = await run(`${build}/bin/check-${stem}`, c.name);
    for (const name of stub.called) {
      called.add(name);
      if (!stub.holds) failed.add(name);
    }
    if (!answer.holds) {
      found.push(at(e, `the answer does not pass eq:${c.name}:`),
        indented(answer.says, '    '));
    }
  }
  for (const name of e.code) {
    if (!called.has(name)) {
      found.push(at(e, `none of its equations calls ${name}`));
    } else if (!failed.has(name)) {
      found.push(at(e, `all equations that call ${name} hold with the stub`));
    }
  }
  return found;
}

async function check() {
  const all = exercises(), list = all.filter((e) => e.code.length);
  const at = (e, text) => `${file('md')}:${e.line}: #ex:${e.label}: ${text}`;
  if (!list.length) complain(`${file('md')}: no exercise has code="..."`);
  const problems = undeclared(all, at);
  if (!problems.length) {
    await each(list, async (e) => problems.push(...await untold(e, at)));
  }
  if (problems.length) console.error(problems.join('\n'));
  else {
    console.log(`chapter ${chapter}, ${stem}: ${list.length} exercises in ` +
      'code: every stub fails, every answer passes');
  }
  return !problems.length;
}

const work = { try: tryAll, check }[job];
if (!work || !page) {
  console.error('usage: node tests/try.js try|check BUILD NN-STEM');
  process.exit(2);
}
work().then((good) => process.exit(good ? 0 : 1), (e) => complain(e.stack));
