// The records of a run: tab-separated, # lines first; all of them are written
// beside, then renamed together.
'use strict';
const fs = require('fs'), path = require('path');
const { inCell, better, best, ratios, median } = require('./results.js');
const { FORMS } = require('./contestants.js');

const digits = (x) => (Number.isFinite(x) ? String(Number(x.toPrecision(6))) : '-');
const difference = (worst) => (worst >= 0 ? worst.toExponential(1) : '-');
const three = (r) => [r.median, r.low, r.high].map(digits);
const inLine = (text) => String(text).replace(/\s+/g, ' ');

// For each cell of the run.
const cells = (at, rows) => at.works.flatMap((work) => at.threads.flatMap((threads) => rows(work, threads)));

function rates(at, samples) {
  return [['round', 'work', 'threads', 'contestant', 'variant', 'repetition', 'rate'],
    ...samples.filter((s) => s.kind === 'contestant' && !s.problem).flatMap((s) => s.values.map((v, k) =>
      [s.round, s.work, s.threads, s.name, s.variant, k + 1, digits(v)]))];
}

function speed(at, samples) {
  return [['work', 'threads', 'contestant', 'variant', 'median', 'low', 'high', 'losses', 'verdict'],
    ...cells(at, (work, threads) => better(inCell(samples, 'contestant', work, threads)).map((r) =>
      [work, threads, r.name, r.variant, ...(r.problem ? ['-', '-', '-'] : three(r)), difference(r.worst), r.problem || 'agrees']))];
}

function ratioRows(at, samples) {
  return [['work', 'threads', 'against', 'name', 'variant', 'ratio', 'low', 'high', 'target', 'holds'],
    ...cells(at, (work, threads) => ratios(samples, work, threads).map((r) =>
      [work, threads, r.against, r.name, r.variant, ...three(r), r.target || '-', r.holds]))];
}

function products(at, samples) {
  const of = (work, threads) => inCell(samples, 'products', work, threads).filter((r) => !r.problem)
    .map((r) => [work, threads, r.name, ...three(r)]);
  return [['work', 'threads', 'library', 'median', 'low', 'high'], ...cells(at, of), ...at.threads.flatMap((t) => of('sgemm', t))];
}

function staircase(at, samples) {
  const stair = (f) => cells(at, (work, threads) => {
    const rows = f.as ? better(inCell(samples, 'contestant', work, threads)) : inCell(samples, 'form', work, threads);
    return rows.filter((r) => r.name === (f.as || f.form) && threads === (f.threads || 1) && !r.problem)
      .map((r) => [f.form, work, threads, ...three(r)]);
  });
  return [['form', 'work', 'threads', 'median', 'low', 'high'], ...FORMS.flatMap(stair)];
}

function roofline(at, samples, once) {
  const flops = at.threads.map((t) => [t, best(inCell(samples, 'products', 'sgemm', t))]).filter(([, r]) => r)
    .map(([t, r]) => ['flops', t, digits(r.median)]);
  return [['name', 'threads', 'value'], ...flops,
    ...once.filter((o) => o.name !== 'layers').flatMap((o) => [...o.values.values()].map((v) => [o.name, o.threads, digits(median(v))]))];
}

// Keys are `work layer product m n k`.
function layers(at, once) {
  const rows = once.filter((o) => o.name === 'layers').flatMap((o) => [...o.values].map(([key, v]) =>
    [...key.split('\t'), o.threads, digits(median(v))]));
  return [['work', 'layer', 'product', 'm', 'n', 'k', 'threads', 'flops-per-second'], ...rows];
}

function proof(proofs) {
  return [['work', 'threads', 'contestant', 'losses', 'tolerance', 'verdict'],
    ...proofs.map((p) => [p.work, p.threads, p.name, difference(p.worst), p.tolerance, p.problem || 'agrees'])];
}

// about: the # lines, as [name, value].
function writeRecords(at, { samples, once, proofs }, about) {
  const head = about.map(([name, value]) => `# ${name}: ${inLine(value)}\n`).join('');
  const files = { rates: rates(at, samples), speed: speed(at, samples), ratios: ratioRows(at, samples),
    products: products(at, samples), staircase: staircase(at, samples), roofline: roofline(at, samples, once),
    layers: layers(at, once), proof: proof(proofs) };
  const names = Object.keys(files).map((name) => path.join(at.bench, `${name}.tsv`));
  try {
    names.forEach((name, k) => fs.writeFileSync(`${name}.part`,
      head + Object.values(files)[k].map((row) => row.map(inLine).join('\t') + '\n').join('')));
    names.forEach((name) => fs.renameSync(`${name}.part`, name));
  } finally {
    names.forEach((name) => fs.rmSync(`${name}.part`, { force: true }));
  }
}

module.exports = { writeRecords };
