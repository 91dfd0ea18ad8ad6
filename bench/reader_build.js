// How long the build takes, and where the time goes:
//
//   node bench/reader_build.js BUILD [--runs 5] [--books 3] [--no-quick]
//
// In copies of this tree, in a temporary folder: a first `make book` and one
// with QUICK=1, no-op, an edit of chapters/02-linear.md, and of src/linear.c.
// Every recipe runs under BUILD/bench/timed-shell.  Writes BUILD/bench/build.tsv:
//
//   what  part  seconds (median)  low  high  runs
//
// `part`: whole, by the wall clock; then seconds of processor time: of each
// kind of target, of make itself, and the cores' idle time; `one recipe alone`
// are seconds of the wall clock.
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { about, buildOr, complain, option, scratchFolder, spread, timed, write } = require('./reader_tools.js');

const build = buildOr('node bench/reader_build.js BUILD [--runs 5] [--books 3] [--no-quick]');
const runs = option('--runs', 5), books = option('--books', 3);
const root = path.join(__dirname, '..'), shell = path.resolve(build, 'bench', 'timed-shell');
const scratch = scratchFolder('reader-build-');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const log = path.join(scratch, 'log'), cores = os.cpus().length;

// The first that fits says what a target is for.
const KINDS = [
  ['mutants', /^build\/(mutants\/|false-alarms)/],
  ['training', /^build\/images\/|^build\/(0[6-9]|10)-[\w-]+\/(runs\/.*\.done|\.done|chosen.*)$/],
  ['programs', /^build\/\d+-[\w-]+\/\.done$/],
  ['claims', /^build\/claims/],
  ['figures', /^build\/figures\//],
  ['pages', /^build\/(book|labels|weave)\/|^weave$/],
  ['compilation', /\.[oa]$|^build\/bin\/|^build\/(flags|modules|quick)$/],
];

function copyTree(name) {
  const to = path.join(scratch, name), left = new Set(['.git', path.relative(root, path.resolve(build)), 'build']);
  fs.cpSync(root, to, { recursive: true, filter: (f) => !left.has(path.relative(root, f)) && !f.endsWith('.try.c') });
  return to;
}

// Seconds of the wall clock in which exactly one recipe ran.
function alone(recipes) {
  const ends = recipes.flatMap((r) => [[r.begin, 1], [r.end, -1]]).sort((a, b) => a[0] - b[0]);
  let running = 0, sum = 0;
  ends.forEach(([at, step], k) => {
    if (running === 1) sum += at - ends[k - 1][0];
    running += step;
  });
  return sum;
}

// One make, as {part: seconds}.  The recipe of `book` holds those of its own
// make; the whole of ours is the last line.
function made(folder, ...more) {
  fs.rmSync(log, { force: true });
  const { seconds } = timed([shell, 'all', '-c', `exec make 'SHELL=${shell}' '.SHELLFLAGS=$@ -c' ${more.join(' ')} book`],
    { cwd: folder, settings: { TIMED_SHELL: log } });
  const lines = fs.readFileSync(log, 'utf8').trim().split('\n').map((l) => l.split('\t'))
    .map(([begin, end, used, target]) => ({ begin: +begin, end: +end, used: +used, target }));
  const recipes = lines.filter((l) => !['all', 'book', '-'].includes(l.target));
  const parts = { whole: seconds };
  for (const [kind] of KINDS) parts[kind] = 0;
  for (const r of recipes) parts[(KINDS.find(([, names]) => names.test(r.target)) || ['make and the rest'])[0]] += r.used;
  const all = lines[lines.length - 1].used, known = KINDS.reduce((sum, [kind]) => sum + parts[kind], 0);
  return { ...parts, 'make and the rest': all - known, 'idle cores': cores * seconds - all, 'one recipe alone': alone(recipes) };
}

// A word at the end of the text, another one each time.
let edits = 0;
function edit(folder, name) {
  const file = path.join(folder, name), text = fs.readFileSync(file, 'utf8').replace(/\n+(Edited \d+\.|int edited_\d+;)\n$/, '\n');
  edits++;
  fs.writeFileSync(file, text + (name.endsWith('.c') ? `\nint edited_${edits};\n` : `\nEdited ${edits}.\n`));
}

const results = new Map();
function measure(what, parts) {
  if (!results.has(what)) results.set(what, []);
  results.get(what).push(parts);
  console.log(`${what}: ${Object.entries(parts).map(([k, v]) => `${k} ${v.toFixed(1)}`).join(', ')}`);
}

for (let b = 0; b < books; b++) {
  const folder = copyTree('book');
  measure('first book', made(folder));
  for (let k = 0; k < Math.ceil(runs / books); k++) {
    measure('no-op', made(folder));
    edit(folder, 'chapters/02-linear.md');
    measure('edit of a chapter', made(folder));
  }
  edit(folder, 'src/linear.c');
  measure('edit of src/linear.c', made(folder));
  fs.rmSync(folder, { recursive: true });
  if (process.argv.includes('--no-quick')) continue;
  const quick = copyTree('quick');
  measure('first book, QUICK=1', made(quick, 'QUICK=1'));
  fs.rmSync(quick, { recursive: true });
}

const rows = [...results].flatMap(([what, list]) => Object.keys(list[0]).map((part) =>
  [what, part, ...spread(list.map((p) => p[part])), list.length]));
write(path.join(build, 'bench', 'build.tsv'), [
  ...about(`make book, with as many recipes at once as cores; whole, one recipe alone: by the wall clock; the others: processor time`),
  'what\tpart\tseconds\tlow\thigh\truns', ...rows.map((r) => r.join('\t'))]);
