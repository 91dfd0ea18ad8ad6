// The benchmark:   node bench/run.js BUILD [--OPTION VALUE] ...
//
//   --rounds 3  --repeats 5  --seconds 0.25     of each repetition, about
//   --works 'W1 W2 W3 W4'  --threads '1 2'
//   --python FILE  --kann CHECKOUT  --compiled TEXT (for the records)
//
// First the proof: each contestant's losses over 50 steps of each work, held
// against NumPy's in double.  Then rounds: in each cell (a work at a number of
// threads) everything runs once, one after the other, each time in another
// order; what a run prints of its losses is held against the same numbers.
// Then records in BUILD/bench, and a table.  Exit status 1 where a loss was
// wrong, or a contestant failed; 130 where interrupted: no record is written.
'use strict';
const path = require('path');
const tables = require('./contestants.js'), machine = require('./machine.js');
const { run, stop, contest, measurements, compare } = require('./measure.js');
const { settings, complain } = require('./settings.js');
const { best, inCell } = require('./results.js');
const { writeRecords } = require('./record.js'), { printTable, inCellName } = require('./table.js');

process.on('SIGINT', () => { stop(); console.error('bench: interrupted; no record was written'); process.exit(130); });
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => { stop(); process.exit(1); });

const samples = [], proofs = [], once = [], failures = [], leftOut = new Map();

// --- One run -----------------------------------------------------------------

// A job: { kind, name, variant, work, threads, command, arguments, env,
//          repeats, seconds (default: as told), unit or tolerance }
function start(at, job) {
  const data = job.unit ? [] : ['--data', path.join(at.bench, 'input')];
  return run([...job.command, '--work', job.work, '--threads', String(job.own || job.threads), '--seconds', String(job.seconds || at.seconds),
    '--repeats', String(job.repeats || at.repeats), ...data, ...(job.arguments || [])], job.env(job.threads));
}

// -> { values, worst, losses, problem }; without a reference, it is one
function judged(text, job, repeats, reference) {
  if (job.unit) {
    const { problem, values } = measurements(text, job.unit);
    return problem ? { problem } : { values: values.get('') || [] };
  }
  const { problem, losses, rates } = contest(text, repeats);
  return problem ? { problem } : { values: rates, losses, ...compare(losses, reference || losses, job.tolerance) };
}

// -> a sample, or null where the program cannot do this
async function measured(at, job, round, reference) {
  const ran = await start(at, job), repeats = job.repeats || at.repeats;
  if (ran.cannot) return leave(`${job.name}, ${job.work}`, ran.cannot);
  const { kind, work, threads, name, variant } = job;
  const sample = { kind, work, threads, name, variant, round, values: [], worst: -Infinity, problem: ran.problem,
    ...(ran.problem ? {} : judged(ran.text, job, repeats, reference)) };
  if (!sample.problem && sample.values.length !== repeats) sample.problem = `prints ${sample.values.length} values, expected ${repeats}`;
  if (sample.problem) failed(job, sample.problem);
  return sample;
}

function leave(what, why) { leftOut.set(what, why); return null; }

function failed(job, problem) {
  const text = `${inCellName(job.work, job.threads)}: ${job.name}${job.variant ? ` (${job.variant})` : ''}: ${problem}`;
  failures.push(text);
  console.error(`bench: ${text}`);
}

// --- The proof ---------------------------------------------------------------

// -> references: losses of each work; wrong: Map of `name work` to a sample
async function prove(at) {
  const references = {}, wrong = new Map(), threads = Math.max(...at.threads);
  const [first, ...others] = tables.proofs(at);
  for (const work of at.works) {
    const job = (p) => ({ kind: 'proof', variant: '', repeats: 1, seconds: 0.01, ...p, work, threads });
    const reference = await measured(at, job(first));
    if (!reference || reference.problem) complain(`${first.name}: no losses of ${work} to hold the others against`);
    references[work] = reference.losses;
    for (const p of others.filter((o) => !o.lacks)) {
      const sample = await measured(at, job(p), 0, reference.losses);
      if (sample) proofs.push({ ...sample, tolerance: p.tolerance });
      if (sample && sample.problem) wrong.set(`${p.name} ${work}`, sample);
    }
  }
  return { references, wrong };
}

// --- The rounds --------------------------------------------------------------

function contestantJobs(at, threads) {
  return tables.contestants(at).filter((c) => !c.lacks).flatMap((c) => c.variants.filter((v) => !v.lacks && threads >= (v.from || 1))
    .map((v) => ({ kind: 'contestant', name: c.name, variant: v.variant, own: v.own, command: v.command || c.command, env: v.env, tolerance: c.tolerance || tables.FLOAT })));
}

function productJobs(at, unit, threads = 1) {
  const job = (l) => ({ kind: 'products', unit, name: l.library, variant: '', command: [path.join(at.bench, 'products')],
    arguments: ['--library', l.file], env: l.env, seconds: Math.min(at.seconds, tables.BRIEF) });
  const cut = (j) => ({ ...j, variant: 'cut', arguments: [...j.arguments, '--cut'], env: tables.CUT });
  return tables.LIBRARIES.map(job).flatMap((j) => (threads > 1 && unit === 'rate' ? [j, cut(j)] : [j]));
}

function formJobs(at, threads) {
  return tables.FORMS.filter((f) => !f.as && (f.threads || 1) === threads).map((f) => ({ kind: 'form', name: f.form, variant: '',
    command: [path.join(at.bench, f.program)], arguments: f.arguments, env: f.env, tolerance: tables.FLOAT,
    repeats: f.repeats, once: f.once, seconds: Math.min(at.seconds, tables.BRIEF) }));
}

function jobsOf(at, work, threads) {
  if (work === 'sgemm') return productJobs(at, 'flops').map((job) => ({ ...job, work, threads }));
  const products = tables.PRODUCTS_OF.includes(work) ? productJobs(at, 'rate', threads) : [];
  return [...contestantJobs(at, threads), ...formJobs(at, threads), ...products].map((job) => ({ ...job, work, threads }));
}

const keyOf = (s) => [s.kind, s.name, s.variant, s.work, s.threads].join(' ');
const rotated = (list, by) => list.map((_, k) => list[(k + by) % list.length]);

// Neighbours in time stay comparable: a cell's jobs follow one another.
async function rounds(at, { references, wrong }) {
  const dead = new Set(), cells = [...at.works, 'sgemm'].flatMap((work) => at.threads.map((threads) => ({ work, threads })));
  for (let round = 1; round <= at.rounds; round++) {
    for (const { work, threads } of cells) {
      const then = machine.clock(), jobs = jobsOf(at, work, threads);
      for (const job of rotated(jobs, (round - 1) * Math.ceil(jobs.length / at.rounds))) {
        if (dead.has(keyOf(job)) || wrong.has(`ours ${work}`) || (job.once && round > 1)) continue;
        const proven = job.kind === 'contestant' && wrong.get(`${job.name} ${work}`);
        const sample = proven ? null : await measured(at, job, round, references[work]);
        if (sample) samples.push(sample);
        if (!sample || sample.problem) dead.add(keyOf(job));
      }
      const { seconds, others } = machine.sinceThen(then);
      console.log(`round ${round} of ${at.rounds}: ${inCellName(work, threads).padEnd(16)} ${seconds.toFixed(1).padStart(5)} s` +
        (others > machine.BUSY ? `, and other processes at ${machine.percent(others)} of a processor` : ''));
    }
  }
  addWrong(at, wrong);
}

// What failed its proof was not timed: its cells say so.
function addWrong(at, wrong) {
  for (const threads of at.threads) {
    for (const job of contestantJobs(at, threads)) {
      for (const work of at.works) {
        const proven = wrong.get(`${job.name} ${work}`);
        if (proven) samples.push({ ...proven, kind: 'contestant', threads, variant: job.variant });
      }
    }
  }
}

// By the library that multiplies fastest.
async function limits(at) {
  for (const threads of at.threads) {
    const fastest = best(inCell(samples, 'products', 'sgemm', threads));
    const [library] = productJobs(at).filter((job) => !fastest || job.name === fastest.name);
    for (const o of tables.ONCE) {
      const job = { ...library, ...o, name: `products ${o.name}`, threads };
      const ran = await start(at, job);
      const found = ran.cannot ? leave(job.name, ran.cannot) : ran.problem ? ran : measurements(ran.text, o.unit);
      if (found && found.problem) failed(job, found.problem);
      else if (found) once.push({ name: o.name, threads, values: found.values });
    }
  }
}

// --- All of it ---------------------------------------------------------------

// What a record of the whole lacks, '' where it is one.
function notFull(at) {
  return [at.works.length < tables.WORKS.length && 'not all works', at.rounds < 3 && 'fewer than 3 rounds',
    at.repeats < 5 && 'fewer than 5 repetitions', !(at.seconds >= 0.25) && 'short repetitions',
    !(at.threads.includes(1) && at.threads.includes(2)) && 'not at 1 and 2 threads',
    at.modules.torch, failures.length && 'failures'].filter(Boolean).join(', ');
}

function about(at, before, then) {
  const { others, steal, seconds } = machine.sinceThen(then), busy = machine.othersNow();
  const quiet = !before.busy.length && !busy.length && others <= machine.BUSY;
  return [...before.described,
    ['settings', `${at.rounds} rounds of ${at.repeats} repetitions of about ${at.seconds} s, works ${at.works.join(' ')}, threads ${at.threads.join(' ')}`],
    ['load', `${before.load} at the start, ${machine.load()} at the end`],
    ['quiet', quiet ? 'yes' : `no: ${[...before.busy, ...busy].join(', ') || 'in between'}`],
    ['others', `${machine.percent(others)} of a processor used by other processes, ${machine.percent(steal)} taken by the hypervisor`],
    ['took', `${Math.round(seconds)} s`],
    ['left out', [...leftOut].map(([what, why]) => `${what}: ${why}`).join('; ') || 'nothing'],
    ['failures', failures.length ? `${failures.length}, the first: ${failures[0]}` : 'none'],
    ['full', notFull(at) ? `no: ${notFull(at)}` : 'yes']];
}

async function main() {
  const at = settings(leave);
  if (at.modules.numpy) complain(`${at.modules.numpy}, which the losses are held against; make deps-bench, or PYTHON=`);
  if (!at.threads.length) complain('threads: none that this machine runs');
  for (const c of tables.contestants(at)) {
    if (c.lacks) leftOut.set(c.name, c.lacks);
    for (const v of c.variants.filter((x) => x.lacks)) leftOut.set(`${c.name} (${v.variant})`, v.lacks);
  }
  const before = { described: machine.describe(at), load: machine.load(), busy: machine.othersNow() }, then = machine.clock();
  if (before.busy.length) console.error(`bench: the machine is not quiet: ${before.busy.join(', ')}`);
  const proven = await prove(at);
  console.log(`proof: ${proofs.filter((p) => !p.problem).length} of ${proofs.length} agree with numpy --double over 50 steps`);
  await rounds(at, proven);
  await limits(at);
  const lines = about(at, before, then);
  writeRecords(at, { samples, once, proofs }, lines);
  printTable(at, samples, leftOut, failures, lines);
  process.exit(failures.length ? 1 : 0);
}

main().catch((e) => complain(e.message));
