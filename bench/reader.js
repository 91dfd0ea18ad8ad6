// What a reader waits for, as whole processes, ours beside Python's:
//
//   node bench/reader.js BUILD [--runs 5] [--long 3]
//
// A first step of training; five epochs on Fashion-MNIST; the checker beside
// PyTorch's gradcheck.  Interleaved; the contestants of Python as they come
// and tuned, of which the better one counts.  Writes BUILD/bench/reader.tsv:
//
//   what  contestant  seconds (median)  low  high  runs  variant  proof
//
// `seconds` of "one more point" is the slope between two numbers of random
// points: no start, no import.  `proof` says what was done.
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { about, buildOr, complain, median, option, pythonWith, scratchFolder, spread, timed, version, write } = require('./reader_tools.js');

const build = buildOr('node bench/reader.js BUILD [--runs 5] [--long 3]');
const short = option('--runs', 5), long = option('--long', 3);
const program = (name) => path.resolve(build, 'bin', name);
const script = (name) => path.join(__dirname, `reader_${name}.py`);
const python = { torch: pythonWith('torch'), numpy: pythonWith('numpy') };
const scratch = scratchFolder('reader-');

const FOLDERS = ['/usr/lib/x86_64-linux-gnu/openblas-openmp', '/usr/lib/aarch64-linux-gnu/openblas-openmp'];
const openmp = FOLDERS.find((f) => fs.existsSync(f));
const CORE = process.env.OPENBLAS_CORETYPE; // as the Makefile sets it for ours
const core = CORE ? { OPENBLAS_CORETYPE: CORE } : {};
const memory = { MALLOC_TRIM_THRESHOLD_: '1000000000', MALLOC_MMAP_THRESHOLD_: '1000000000', MALLOC_TOP_PAD_: '100000000' };
const one = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
const VARIANTS = [
  ['as it comes', {}],
  ['tuned, 1 thread', { ...core, ...memory, ...one }],
  ['tuned, all threads', { ...core, ...memory, ...openmp ? { LD_LIBRARY_PATH: openmp } : { OPENBLAS_NUM_THREADS: '1' } }],
];
const OURS = ['as it comes', { ...core, OPENBLAS_NUM_THREADS: '1' }];

// --- What runs ---------------------------------------------------------------

const said = (text, name) => (new RegExp(`^${name}\\t(.*)$`, 'm').exec(text) || [, '?'])[1];

// Chapter 6's program with its own numbers; 5 epochs, or 1 step; after each
// epoch it scores 10,000 images, at the end the 10,000 of the test.
const TRAIN = ['--epochs', '5', '--rate', '1'];
function ours(contestant, args) {
  const result = path.join(scratch, 'result.tsv');
  return { contestant, variants: [OURS], run: (settings) => {
    const r = timed([program('mlp'), '--run', 'images', ...args, '--out', scratch], { settings });
    return { ...r, proof: `test accuracy ${(+said(fs.readFileSync(result, 'utf8'), 'test-accuracy')).toFixed(4)}` };
  } };
}
function theirs(name, args) {
  return { contestant: name, variants: VARIANTS, missing: !python[name], run: (settings) => {
    const r = timed([python[name], script(name), ...args], { settings });
    return { ...r, proof: `test accuracy ${said(r.text, 'accuracy')}` };
  } };
}
const training = (args) => [ours('ours', [...args, '--fast']), ours('ours, the plain step', args), theirs('torch', args), theirs('numpy', args)];

// The checker, and gradcheck on the operations of the chapters that have any.
const LAYERS = ['derivatives', 'linear', 'activation', 'softmax', 'cross_entropy', 'batch_norm'];
const NETWORK = ['mlp'], MODULES = [...LAYERS, ...NETWORK];

function checked(suites, cases) {
  return { contestant: 'ours', variants: [OURS], run: (settings) => {
    const all = suites.map((s) => timed([program('check-all'), '--quiet', '--cases', String(cases)],
      { settings: { ...settings, ...s ? { CK_RUN_SUITE: s } : {} } }));
    const count = all.map((r) => /^(\d+) random cases, (\d+) numbers/m.exec(r.text).slice(1).map(Number))
      .reduce((sum, c) => [sum[0] + c[0], sum[1] + c[1]]);
    return { seconds: all.reduce((sum, r) => sum + r.seconds, 0), points: count[0],
      proof: `${count[0]} random points, ${count[1]} numbers compared, two witnesses` };
  } };
}
function gradchecked(suites, cases, ...more) {
  const list = timed([program('check-all'), '--list']).text.split('\n')
    .filter((line) => suites.some((s) => line.startsWith(`${s.replace('_', '-')}-`))).join('\n');
  return { contestant: more.length ? 'torch, fast_mode' : 'torch', variants: VARIANTS.slice(0, 2), missing: !python.torch, run: (settings) => {
    const r = timed([python.torch, script('gradcheck'), '--cases', String(cases), ...more], { settings, input: list });
    return { ...r, points: +said(r.text, 'cases'),
      proof: `${said(r.text, 'cases')} random points, ${said(r.text, 'numbers')} numbers compared, one witness` };
  } };
}
// What a point costs, from the times of `few` and of `many` points a claim.
function slope(make, few, many) {
  const low = make(few), high = make(many);
  return { ...low, run: (settings) => {
    const a = low.run(settings), b = high.run(settings);
    return { seconds: (b.seconds - a.seconds) / (b.points - a.points), proof: `from ${a.points} to ${b.points} random points` };
  } };
}
const slopes = (suites, many) => [slope((n) => checked(suites, n), 3, many),
  slope((n) => gradchecked(suites, n), 3, many), slope((n) => gradchecked(suites, n, '--fast'), 3, many)];

const WORK = [
  { what: 'first step', runs: short, all: training([...TRAIN, '--steps', '1']) },
  { what: 'five epochs', runs: long, all: training(TRAIN) },
  { what: 'checker, all chapters', runs: short, all: [checked([''], 3)] },
  { what: 'checker, chapters of modules', runs: short, all: [checked(MODULES, 3), gradchecked(MODULES, 3), gradchecked(MODULES, 3, '--fast')] },
  { what: 'one more point, of a layer', runs: long, all: slopes(LAYERS, 13) },
  { what: 'one more point, of a network', runs: long, all: slopes(NETWORK, 13) },
];

// --- The measurement ---------------------------------------------------------

// Rounds of all contestants and variants, in the same order.
function measure({ what, runs, all }) {
  const list = all.filter((c) => !c.missing).flatMap((c) => c.variants.map(([variant, settings]) =>
    ({ what, contestant: c.contestant, variant, settings, run: c.run, seconds: [] })));
  for (let round = 0; round < runs; round++) {
    for (const c of list) {
      const r = c.run(c.settings);
      c.seconds.push(r.seconds);
      c.proof = r.proof;
    }
  }
  return all.map((c) => {
    const mine = list.filter((x) => x.contestant === c.contestant).sort((a, b) => median(a.seconds) - median(b.seconds));
    if (!mine.length) return [what, c.contestant, '-', '-', '-', 0, '-', 'not installed'];
    return [what, c.contestant, ...spread(mine[0].seconds), runs, mine[0].variant, mine[0].proof];
  });
}

function show(rows) {
  for (const r of rows) console.log(`${r[0].padEnd(30)} ${r[1].padEnd(22)} ${String(r[2]).padStart(9)} s  (${r[3]} to ${r[4]}, ${r[5]} runs; ${r[6]})  ${r[7]}`);
}

// The same work: what five epochs learn is the same, to one percent.
function proven(rows) {
  const right = rows.filter((r) => r[0] === 'five epochs' && r[5]).map((r) => +/[\d.]+$/.exec(r[7])[0]);
  if (Math.max(...right) - Math.min(...right) > 0.01) complain(`five epochs: test accuracies ${right.join(', ')}: not the same work`);
}

const rows = WORK.flatMap((work) => { const r = measure(work); show(r); return r; });
proven(rows);
write(path.join(build, 'bench', 'reader.tsv'), [
  ...about(version(python.torch, 'torch'), version(python.numpy, 'numpy'),
    `first step, five epochs: 784-300-10, sigmoid, batch 50, rate 1 falling to 0 along a line, weights N(0, 1/M), read from the .gz; after an epoch 10000 images are scored, at the end 10000 more`,
    'checker: gradcheck has as many random points for a claim of a gradient or a Jacobian as the checker; the checker also has what gradcheck has not: identities, values, statements'),
  'what\tcontestant\tseconds\tlow\thigh\truns\tvariant\tproof', ...rows.map((r) => r.join('\t'))]);
