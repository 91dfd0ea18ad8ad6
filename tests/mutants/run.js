// Breaks the code on purpose and sees who notices:   node run.js JOB BUILD JOBS
//
//   hand         the mistakes that people make: the tables beside this file,
//                each with the claim that must fail
//   transcribed  for each claim, an edit of its equation's transcription (a
//                claim of code is held by `hand`: one of its rows at least)
//   checker      the checker itself: its own tests must fail
//   generated    every single-token edit of src/ but those of equivalent.tsv;
//                what survives is run again under the sanitizers
//   rivals       what the rules of other tools (tests/rivals.c) notice of the
//                mistakes in src/ that `hand` knows, and their false alarms
//
// Prints the survivors and a summary, writes BUILD/mutants/JOB.tsv, and exits
// 1 where a mutant survived, was seen by the wrong claims only, or does not
// apply.  All mutants of a job are in one build (mutate.js); each is a run of
// its own, under a limit of time and of address space.
'use strict';
const fs = require('fs'), path = require('path'), os = require('os');
const { spawn, spawnSync } = require('child_process');
const { functions, invocations, mutations, schema, tokens } = require('./mutate.js');

const [job, build, jobs] = [process.argv[2], process.argv[3], +process.argv[4] || os.cpus().length];
const root = path.join(__dirname, '..', '..'), out = path.join(build, 'mutants');
// The rules of other tools judge the mutants of `hand`, in its build.
const tree = path.join(out, job === 'rivals' ? 'hand' : job), SECONDS = 20, WAIT = 10 * SECONDS, KBYTES = 4 << 20;

const complain = (text) => { console.error(`mutants: ${text}`); process.exit(1); };
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const plain = (text) => text.replace(/\s+/g, ' ').trim();

// Tables: a line of column names, then a row a mutant; # begins a comment.
function table(name) {
  const rows = read(`tests/mutants/${name}`).split('\n')
    .filter((line) => line.trim() && !line.startsWith('#')).map((line) => line.split('\t'));
  const head = rows.shift();
  return rows.map((row) => {
    if (row.length !== head.length) complain(`${name}: ${row.length} cells, expected ${head.length}: ${row[0]} ${row[1]}`);
    return Object.fromEntries(head.map((column, k) => [column, row[k]]));
  });
}

// The stem whose claims hold a module, by its file: src/linear.c, linear.
const stems = fs.readdirSync(path.join(root, 'tests')).map((f) => /^test_(.*)\.c$/.exec(f))
  .filter(Boolean).map((m) => m[1]).filter((s) => fs.readdirSync(path.join(root, 'chapters'))
    .some((f) => f.replace(/^\d\d-/, '').replace(/-/g, '_') === `${s}.md`));
const standsOn = { gemm: ['linear'], units: ['speed'], fast: ['speed'], real: ['activation'], train: ['mlp'], modules: ['mlp', 'batch_norm'],
  layer_norm: ['batch_norm'], experiment: [] };
function suitesOf(file) {
  const name = path.basename(file, '.c').replace(/^test_/, '');
  return standsOn[name] || [name];
}

const cache = new Map();
function functionsOf(file, name) { // two, where #if gives one name two bodies
  if (!cache.has(file)) cache.set(file, functions(read(file)));
  return cache.get(file).filter((f) => f.name === name);
}

// A row of a table as a variant of its function.
function applied(row) {
  const all = functionsOf(row.file, row.function);
  if (!all.length) complain(`${row.file}: no function ${row.function}`);
  const spaced = row.match.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  const hits = all.flatMap((f) => [...f.body.matchAll(new RegExp(spaced, 'g'))].map((m) => ({ f, m })));
  if (hits.length !== 1) {
    complain(`${row.file}: ${row.function}: "${row.match}" is there ${hits.length} times, expected once`);
  }
  const { f, m } = hits[0], at = m.index;
  return { ...row, name: row.function, of: f.head + f.first, line: lineOf(f, at),
    body: f.body.slice(0, at) + row.replacement + f.body.slice(at + m[0].length) };
}

const lineOf = (f, at) => f.bodyLine + 1 + f.body.slice(0, at).split('\n').length - 1;

function mutated(file, f, m) {
  const from = f.body.lastIndexOf('\n', m.at) + 1, to = f.body.indexOf('\n', m.at);
  return { file, function: f.name, name: f.name, of: f.head + f.first, line: lineOf(f, m.at),
    match: plain(f.body.slice(from, to < 0 ? undefined : to)), what: `${plain(m.from)} -> ${plain(m.to) || 'nothing'}`,
    body: f.body.slice(0, m.at) + m.to + f.body.slice(m.at + m.length),
    place: f.body.slice(from, m.at).length };
}

// --- The build ---------------------------------------------------------------

function copyTree() {
  fs.mkdirSync(tree, { recursive: true });
  for (const f of ['Makefile', 'deps.mk', 'exercises.mk', 'lint.mk']) fs.copyFileSync(path.join(root, f), path.join(tree, f));
  for (const dir of ['src', 'tests', 'chapters']) {
    fs.mkdirSync(path.join(tree, dir), { recursive: true });
    for (const f of fs.readdirSync(path.join(root, dir))) {
      if (/\.(c|h|md|mk)$/.test(f) && !f.endsWith('.try.c')) put(`${dir}/${f}`, read(`${dir}/${f}`));
    }
  }
  put('tests/runner.c', read('tests/runner.c') + `
int mutant;
__attribute__((constructor)) static void choose_mutant(void)
{
  const char *number = getenv("MUTANT");
  mutant = number ? atoi(number) : 0;
}

void mutant_reached(int id);
void mutant_reached(int id)
{
  static char said[1 << 16];
  if (!said[id % (1 << 16)])
    fprintf(stderr, "reached %d\\n", id);
  said[id % (1 << 16)] = 1;
}
`);
}

function put(file, text) { // kept as it is where it says the same: make then does nothing
  const to = path.join(tree, file);
  if (!fs.existsSync(to) || fs.readFileSync(to, 'utf8') !== text) fs.writeFileSync(to, text);
}

// Writes the mutated files; drops the variants that do not compile.
function writeMutants(list) {
  const files = [...new Set(list.map((v) => v.file))];
  for (const file of files) {
    for (;;) {
      const mine = list.filter((v) => v.file === file && !v.broken);
      const { text, where } = schema(read(file), mine);
      put(file, text);
      const errors = compileErrors(file);
      if (!errors.length) break;
      let found = 0;
      for (const line of errors) {
        const v = mine.find((x) => where[x.id] && line > where[x.id][0] && line <= where[x.id][1] && !x.broken);
        const inCall = /mutant == (\d+) \?/.exec(text.split('\n')[line - 1]);
        const hit = v || (inCall && mine.find((x) => x.id === +inCall[1] && !x.broken));
        if (hit) { hit.broken = true; found++; }
      }
      if (!found) complain(`${file}: does not compile with its mutants, line ${errors[0]} of ${tree}/${file}`);
    }
  }
}

function compileErrors(file) {
  const lines = new Set();
  for (const type of ['D', 'L', 'ZL']) {
    const run = spawnSync(process.env.CC || 'gcc', ['-std=c11', '-w', '-fsyntax-only', '-fmax-errors=0', `-DREAL_${type}`,
      '-Isrc', '-Itests', file], { cwd: tree, encoding: 'utf8' });
    if (run.error) complain(`${process.env.CC || 'gcc'}: ${run.error.message}`);
    for (const m of run.stderr.matchAll(/^[^:\n]+:(\d+):\d+: (?:fatal )?error/gm)) lines.add(+m[1]);
    if (run.status !== 0 && !lines.size) complain(run.stderr);
  }
  return [...lines];
}

const SANITIZE = 'SANITIZE_FLAGS=-fsanitize=address,undefined -fno-sanitize-recover=all';

function compile(folder = 'build', ...more) {
  const level = job === 'transcribed' ? 0 : 1; // there compilation is most of the time
  const make = spawnSync('make', ['-s', `-j${jobs}`, `CFLAGS=-O${level}`, 'WARNINGS=-w', `CC=${process.env.CC || 'gcc'}`, `BUILD=${folder}`,
    ...more, `${folder}/bin/check-all`], { cwd: tree, stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MAKEFLAGS: '', MAKEOVERRIDES: '', MAKELEVEL: '' } });
  if (make.status !== 0) complain('the mutants do not build');
}

// --- Runs --------------------------------------------------------------------

// What became of one: {how: 'claim' | 'crash' | 'time-out' | 'memory' | '', failed: [claims]}
function runOne(id, suite, args, folder = 'build', testCase = null) {
  return new Promise((done) => {
    const env = { ...process.env, MUTANT: String(id), OPENBLAS_NUM_THREADS: '1' };
    if (suite) env.CK_RUN_SUITE = suite;
    if (testCase) env.CK_RUN_CASE = testCase;
    // Of processor time, so that a busy machine ends none that would end; the sanitizer reserves terabytes.
    const limit = `ulimit -S -t ${SECONDS}; ${folder === 'build' ? `ulimit -v ${KBYTES}; ` : ''}`;
    const child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, path.resolve(tree, `${folder}/bin/check-all`), '--quiet', ...args],
      { env, cwd: tree, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '', noise = '', late = false;
    const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, WAIT * 1000);
    // A BLAS that refuses its arguments says so on stdout, over and over.
    child.stdout.on('data', (d) => { if (text.length < 1e6) text += String(d).replace(/ ?\*\* On entry to .*\n/g, ''); });
    child.stderr.on('data', (d) => { if (noise.length < 4000) noise += d; });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const failed = [...text.matchAll(/✗ (?:equation \([\d.]+\), )?eq:([\w-]+)/g)].map((m) => m[1]);
      const ended = /^\d+%: Checks: (\d+)/m.exec(text);
      let how = '';
      if (late || signal === 'SIGXCPU') how = 'time-out';
      else if (signal || (code !== 0 && !ended)) how = 'crash';
      else if (code !== 0) how = 'claim';
      if (code === 0 && !args.includes('--rivals') && !(ended && +ended[1] > 0)) complain(`nothing was checked: ${suite} ${args.join(' ')}`);
      done({ how, failed, text, noise });
    });
  });
}

async function each(list, work) {
  let next = 0;
  await Promise.all(Array.from({ length: jobs }, async () => {
    while (next < list.length) await work(list[next++]);
  }));
}

// [name, kind] of the claims, in the order of their tables.
function labelsOf(stem) {
  const env = stem ? { ...process.env, CK_RUN_SUITE: stem } : process.env;
  const run = spawnSync(path.resolve(tree, 'build/bin/check-all'), ['--list'], { encoding: 'utf8', env });
  return run.stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

// The code as it stands passes in this build: or no mutant would mean a thing.
async function baseline(suites) {
  await each([...new Set(suites)], async (suite) => {
    const r = await runOne(0, suite, ['--cases', '2']);
    if (r.how) complain(`${suite} fails without a mutant:\n${r.text}${r.noise}`);
  });
}

function number(list) { list.forEach((v, k) => { v.id = k + 1; }); return list; }

const kinds = (list) => `${list.filter((v) => v.result.how === 'claim').length} by a claim, ` +
  `${list.filter((v) => v.result.how === 'crash').length} by a crash, ` +
  `${list.filter((v) => v.result.how === 'time-out').length} by the time limit`;

function record(list) {
  const rows = list.map((v) => [v.file, v.function, v.line, v.claim || '-', v.match, v.replacement || '-', v.what,
    v.result.how || 'survived', v.result.failed.length].map((c) => plain(String(c)) || 'nothing').join('\t'));
  fs.writeFileSync(path.join(out, `${job}.part`), ['file\tfunction\tline\tclaim\tmatch\treplacement\twhat\tresult\tclaims', ...rows, ''].join('\n'));
  fs.renameSync(path.join(out, `${job}.part`), path.join(out, `${job}.tsv`));
}

// --- The jobs ----------------------------------------------------------------

async function prepare(list) {
  number(list);
  copyTree();
  writeMutants(list);
  compile();
}

// A table's edit must compile, to be one that somebody could have made.
function allCompile(list) {
  const broken = list.filter((v) => v.broken);
  if (broken.length) complain(`does not compile: ${broken.map((v) => `${v.file} ${v.what}`).join('; ')}`);
}

function handTables() {
  return fs.readdirSync(__dirname).filter((f) => f.endsWith('.tsv') && !/^(checker|equivalent)\.tsv$/.test(f)).sort();
}

// The boxes "Break it yourself" of the chapters, as rows.
function boxes() {
  return fs.readdirSync(path.join(root, 'chapters')).filter((f) => f.endsWith('.md')).flatMap((f) =>
    [...read(`chapters/${f}`).matchAll(/^::: \{\.break src="([^"]*)" fn="([^"]*)" claim="([^"]*)"\}\n([\s\S]*?)\n:::$/gm)]
      .map(([, file, fn, claim, text]) => {
        const [, match, replacement] = [...text.matchAll(/`([^`]+)`/g)].map((m) => m[1]);
        return { file, function: fn, claim, match, replacement, what: `the box of ${f}` };
      }));
}

function suiteOfClaim(v) {
  return stems.filter((s) => v.claim.startsWith(s.replace(/_/g, '-') + '-'))
    .sort((a, b) => b.length - a.length)[0] || complain(`${v.file}: ${v.claim}: no chapter has such a claim`);
}

async function handList() {
  const list = [...handTables().flatMap(table), ...boxes()].map(applied);
  await prepare(list);
  allCompile(list);
  return list;
}

async function hand() {
  const list = await handList();
  await baseline(list.map(suiteOfClaim));
  let bad = 0;
  for (const [claim, kind] of labelsOf()) {
    if (kind !== 'backward' || list.some((v) => v.claim === claim)) continue;
    bad++;
    console.error(`${claim}: no mutant of the code that it checks`);
  }
  await each(list, async (v) => {
    // One point of the one claim is enough for nearly all; what it does not see is asked at all claims.
    for (const args of [['--claim', v.claim, '--cases', '1'], ['--cases', '3']]) {
      v.result = await runOne(v.id, suiteOfClaim(v), args);
      if (v.result.failed.includes(v.claim) || ['crash', 'time-out'].includes(v.result.how)) return;
    }
    bad++;
    console.error(`${v.file}:${v.line}: ${v.what}: ${v.result.how ? `seen by ${v.result.failed.join(', ') || 'other tests'} only` : 'survived'}, ${v.claim} must fail\n` +
      `    ${v.match}  ->  ${v.replacement}`);
  });
  for (const file of [...new Set(list.map((v) => v.file))]) {
    const mine = list.filter((v) => v.file === file);
    console.log(`${file.padEnd(24)} ${String(mine.length).padStart(4)} mutants, killed: ${kinds(mine)}`);
  }
  record(list);
  console.log(`hand-written: ${list.length} mutants, ${list.length - bad} killed by the claim that must fail, ${bad} not`);
  return bad;
}

async function checker() {
  const list = table('checker.tsv').map(applied);
  await prepare(list);
  allCompile(list);
  await baseline(['gradcheck']);
  let bad = 0;
  await each(list, async (v) => {
    for (const testCase of ['gradcheck', 'points']) { // the quick ones first
      v.result = await runOne(v.id, 'gradcheck', [], 'build', testCase);
      if (v.result.how) return;
    }
    bad++;
    console.error(`${v.file}:${v.line}: ${v.what}: survived the checker's own tests\n    ${v.match}  ->  ${v.replacement}`);
  });
  record(list);
  console.log(`the checker: ${list.length} mutants, ${list.length - bad} noticed by its own tests, ${bad} not`);
  return bad;
}

// The functions that a claim's entry names, nearest first.
function reached(names, all) {
  const queue = [...names], seen = [];
  while (queue.length) {
    const f = all.find((g) => g.name === queue[0]);
    queue.shift();
    if (!f || seen.includes(f)) continue;
    seen.push(f);
    for (const m of f.body.matchAll(/\b\w+\b/g)) if (all.some((g) => g.name === m[0])) queue.push(m[0]);
  }
  return seen;
}

// The entries of CLAIMS(stem)[] in order, as sets of words.
function entries(text, stem) {
  const body = text.slice(text.indexOf(`CLAIMS(${stem})[]`)).replace(/\/\*[\s\S]*?\*\//g, '');
  const list = [];
  let depth = 0, part = '';
  for (const c of body.slice(body.indexOf('{') + 1)) {
    if ('({'.includes(c)) depth++;
    if (')}'.includes(c)) depth--;
    if (depth < 0) break;
    if (c === ',' && depth === 0) { list.push(part); part = ''; } else part += c;
  }
  if (part.trim()) list.push(part);
  return list.filter((e) => e.trim() && e.trim() !== 'END');
}

const MOST = 6; // edits of one function

// The answers to the exercises, which the tests call.
function answersOf(stem) {
  const name = fs.readdirSync(path.join(root, 'chapters'))
    .find((f) => f.replace(/^\d\d-/, '').replace(/-/g, '_') === `${stem}.answers.c`);
  return name && `chapters/${name}`;
}

async function transcribed() {
  const list = [], claims = [];
  for (const stem of stems) {
    const file = `tests/test_${stem}.c`, text = read(file), answers = answersOf(stem);
    const all = [...functions(text).map((f) => ({ ...f, file })),
      ...(answers ? functions(read(answers)).map((f) => ({ ...f, file: answers })) : [])];
    for (const f of all) {
      const every = mutations(f).filter((m) => m.kind !== 'deleted');
      const rank = { operator: 0, 'sixth digit': 1, sign: 1, constant: 2, assignment: 3, index: 4, comparison: 5 };
      every.sort((a, b) => (rank[a.kind] ?? 9) - (rank[b.kind] ?? 9));
      for (const m of every.slice(0, MOST)) list.push(mutated(f.file, f, m));
    }
    for (const call of invocations(text)) {
      const last = tokens(call.body).filter((t) => /^\d+(\.\d+)?L?$/.test(t.text)).pop();
      if (last) list.push({ file, function: call.name, name: call.name, line: call.first + 1, match: plain(call.body), call,
        at: last.at, length: last.text.length, what: `${last.text} -> 1 + ${last.text}` });
    }
    claims.push({ stem, file, all: [...all, ...invocations(text).map((f) => ({ ...f, file }))], entries: entries(text, stem) });
  }
  await prepare(list);
  await baseline(stems);
  const todo = [];
  for (const c of claims) {
    const labels = labelsOf(c.stem);
    if (labels.length !== c.entries.length) complain(`${c.file}: ${labels.length} claims, but ${c.entries.length} entries`);
    labels.forEach(([claim, kind], k) => {
      if (kind !== 'backward' && kind !== 'wrong') todo.push({ ...c, claim, entry: c.entries[k] });
    });
  }
  let bad = 0;
  const killed = [];
  await each(todo, async (c) => {
    const words = [...c.entry.matchAll(/\w+/g)].map((m) => m[0]).flatMap((w) => [w, w.replace(/_g$/, '')]);
    const order = reached(words, c.all);
    let tried = 0;
    for (const f of order) {
      for (const v of list.filter((x) => x.file === f.file && x.name === f.name && !x.broken)) {
        tried++;
        const r = await runOne(v.id, c.stem, ['--cases', '1', '--claim', c.claim]);
        if (r.how) { killed.push({ ...v, claim: c.claim, result: r }); return; }
      }
    }
    bad++;
    console.error(`${c.file}: ${c.claim}: none of ${tried} edits of its transcription turns it red`);
  });
  record(killed.sort((a, b) => a.id - b.id || (a.claim < b.claim ? -1 : 1)));
  console.log(`transcriptions: ${todo.length} claims, ${todo.length - bad} turned red by an edit of their own equation, ${bad} not`);
  return bad;
}

const GENERATED = ['activation', 'batch_norm', 'cross_entropy', 'derivatives', 'gemm', 'initialisation', 'layer_norm',
  'learning_rate', 'linear', 'mlp', 'modules', 'optimisers', 'real', 'softmax', 'train'];

async function generated() {
  const list = GENERATED.flatMap((name) => {
    const file = `src/${name}.c`;
    if (!fs.existsSync(path.join(root, file))) return [];
    return functions(read(file)).flatMap((f) => mutations(f).map((m) => mutated(file, f, m)));
  });
  const excused = table('equivalent.tsv');
  const reason = (v) => excused.find((e) => e.file === v.file && e.function === v.function &&
    plain(e.match) === v.match && plain(e.what) === v.what);
  await prepare(list);
  await baseline(list.flatMap((v) => suitesOf(v.file)));
  const alive = [];
  await each(list.filter((v) => !v.broken), async (v) => {
    for (const suite of [...suitesOf(v.file), 'training']) {
      v.result = await runOne(v.id, suite, ['--cases', '1']);
      if (v.result.how) return;
    }
    alive.push(v);
  });
  const tried = list.filter((v) => !v.broken);
  let bad = 0;
  for (const v of alive.filter(reason)) {
    v.result.how = 'equivalent';
    reason(v).used = true;
  }
  // What reads or writes past an end, or loses memory, may change no number.
  const unexcused = alive.filter((v) => !v.result.how);
  if (unexcused.length) compile('sanitized', SANITIZE);
  await each(unexcused, async (v) => {
    for (const suite of [...suitesOf(v.file), 'training']) {
      const r = await runOne(v.id, suite, ['--cases', '1'], 'sanitized');
      if (r.how) v.result.how = 'crash';
    }
  });
  for (const v of unexcused) {
    if (v.result.how) continue;
    bad++;
    console.error(`${v.file}:${v.line}: ${v.function}: ${v.what}: survived\n    ${v.match}`);
  }
  for (const e of excused.filter((x) => !x.used)) {
    bad++;
    console.error(`equivalent.tsv: ${e.file}: ${e.function}: ${e.what}: no such survivor\n    ${e.match}`);
  }
  record(tried);
  console.log(`generated: ${tried.length} mutants (${list.length - tried.length} more do not compile), killed: ${kinds(tried)}; ` +
    `${alive.filter((v) => v.result.how === 'equivalent').length} equivalent, ${alive.filter((v) => !v.result.how).length} survived`);
  return bad;
}

// --- The rules of other tools ------------------------------------------------

const CASES = 2;          // random points a claim for a mutant
const ALARM_RUNS = 25, ALARM_CASES = 2; // without a mutant: seeds, and points a claim at each

// {names of the rules, claims: {claim: {failed: how often by each rule, values
// and buffers: sums}}, how, reached: the mutated functions called, of mutant -1}
async function judged(id, suite, args) {
  const r = await runOne(id, suite, [...args, '--rivals']), claims = {};
  const names = (/^claim\tcases\t(.*)\tvalues\tbuffers$/m.exec(r.text) || [, ''])[1].split('\t');
  for (const m of r.text.matchAll(/^([\w-]+)\t\d+\t([\d\t]+)\t([0-9a-f]{16})\t([0-9a-f]{16})$/gm)) {
    claims[m[1]] = { failed: m[2].split('\t').map(Number), values: m[3], buffers: m[4] };
  }
  return { names, claims, how: r.how, reached: new Set([...r.noise.matchAll(/^reached (\d+)$/gm)].map((m) => +m[1])) };
}

// The code as it stands, by each claim of a backward: {suite, claim, seconds,
// failed, values, buffers, names, reached}; what is soonest done first.
async function unbroken(suites) {
  const list = suites.flatMap((suite) => labelsOf(suite).filter(([, kind]) => kind === 'backward').map(([claim]) => ({ suite, claim })));
  await each(list, async (c) => {
    const start = Date.now();
    const r = await judged(-1, c.suite, ['--claim', c.claim, '--cases', String(CASES)]);
    if (r.how) complain(`${c.claim} does not run without a mutant`);
    Object.assign(c, r.claims[c.claim], { names: r.names, reached: r.reached, seconds: (Date.now() - start) / 1000 });
  });
  return list.sort((a, b) => a.seconds - b.seconds);
}

// What a mutant changes, and the rules that catch it.  Its function's number,
// first, tells which claims call it: the others say what they said.  Enough is
// known once a value changed and each rule caught it.
async function judgeMutant(v, first, sound) {
  const rules = sound[0].names;
  v.seenIn = 'nothing';
  v.caught = rules.map(() => false);
  for (const c of sound.filter((x) => x.suite === suiteOfClaim(v) && x.reached.has(first))) {
    if (v.seenIn === 'values' && v.caught.every(Boolean)) return;
    const r = await judged(v.id, c.suite, ['--claim', c.claim, '--cases', String(CASES)]), now = r.claims[c.claim];
    if (r.how || !now || now.values !== c.values) v.seenIn = 'values';
    else if (now.buffers !== c.buffers && v.seenIn === 'nothing') v.seenIn = 'buffers';
    rules.forEach((_, k) => { if (r.how || (!c.failed[k] && !(now && now.failed[k] === 0))) v.caught[k] = true; });
  }
}

// Mistakes that the tables of `hand` and its last run, where it is there, know
// as noticed by some claim of the chapter.
function noticedByHand() {
  const file = path.join(out, 'hand.tsv');
  if (!fs.existsSync(file)) return null;
  const rows = fs.readFileSync(file, 'utf8').split('\n').slice(1).map((line) => line.split('\t'));
  return (v) => rows.some((r) => r[0] === v.file && r[1] === v.function && r[6] === plain(v.what) && r[7] !== 'survived');
}

async function rivals() {
  const planted = await handList();
  const first = (v) => planted.find((x) => x.file === v.file && x.of === v.of).id;
  const list = planted.filter((v) => v.file.startsWith('src/') && !v.what.startsWith('the box of'));
  const sound = await unbroken([...new Set(list.map(suiteOfClaim))]), { names } = sound[0];
  await each(list, (v) => judgeMutant(v, first(v), sound));
  const alarms = names.map(() => 0);
  let cases = 0;
  const runs = stems.flatMap((suite) => Array.from({ length: ALARM_RUNS }, (_, k) => ({ suite, seed: 1001 + k })));
  await each(runs, async ({ suite, seed }) => {
    const r = await judged(0, suite, ['--cases', String(ALARM_CASES), '--seed', String(seed)]);
    if (r.how) complain(`${suite}, seed ${seed}: ended by a ${r.how}`);
    for (const counts of Object.values(r.claims)) {
      cases += ALARM_CASES;
      counts.failed.forEach((n, k) => { alarms[k] += n; });
    }
  });
  const tried = list.filter((v) => v.seenIn !== 'nothing'), all = noticedByHand();
  const rows = names.map((name, k) => {
    const caught = tried.filter((v) => v.caught[k]).length;
    return [name, caught, tried.length - caught, tried.length, alarms[k], cases];
  });
  if (all) rows.push(['ours-every-claim', tried.filter(all).length, tried.filter((v) => !all(v)).length, tried.length, '-', '-']);
  write('rivals.tsv', ['rule\tcaught\tmissed\tof\tfalse_alarms\tcases', ...rows.map((r) => r.join('\t'))]);
  write('rivals-mutants.tsv', [`file\tfunction\tline\tclaim\twhat\tchanges\t${names.join('\t')}`,
    ...list.map((v) => [v.file, v.function, v.line, v.claim, plain(v.what), v.seenIn,
      ...v.caught.map((c) => v.seenIn === 'nothing' ? '-' : c ? 'caught' : 'missed')].join('\t'))]);
  for (const r of rows) console.log(`${r[0].padEnd(18)} misses ${r[2]} of ${r[3]}, ${r[4]} false alarms of ${r[5]}`);
  console.log(`rivals: ${list.length} mutants of src/, ${tried.length} of them change what a backward claim looks at`);
  return tried.length ? 0 : 1;
}

function write(name, lines) {
  fs.writeFileSync(path.join(out, `${name}.part`), [...lines, ''].join('\n'));
  fs.renameSync(path.join(out, `${name}.part`), path.join(out, name));
}

const work = { hand, transcribed, checker, generated, rivals }[job];
if (!work || !build) { console.error('usage: node run.js hand|transcribed|checker|generated|rivals BUILD JOBS'); process.exit(2); }
work().then((bad) => process.exit(bad ? 1 : 0), (error) => complain(error.stack));
