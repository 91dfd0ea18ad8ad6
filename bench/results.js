// From samples to what they say.  A sample is one run:
//   { kind: contestant | products | form, work, threads, name, variant, round,
//     values: numbers of its repetitions, worst: of its losses, problem }
// A summary is { median, low, high } of the medians of the rounds.
'use strict';
const { TARGETS, MOST_OF_PRODUCTS } = require('./contestants.js');

function median(list) {
  const sorted = [...list].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const summary = (list) => ({ median: median(list), low: Math.min(...list), high: Math.max(...list) });

// Of samples of one name and variant: a summary, its `rounds`, the worst of its
// losses (-Infinity: none), and the problem of the first that has one.
function summarised(samples) {
  const problem = (samples.find((s) => s.problem) || {}).problem || '';
  const rounds = new Map(samples.filter((s) => !s.problem).map((s) => [s.round, median(s.values)]));
  const worst = Math.max(...samples.map((s) => s.worst).filter((w) => w >= 0));
  const { name, variant } = samples[0];
  return { name, variant, problem, rounds, worst, ...(rounds.size ? summary([...rounds.values()]) : {}) };
}

// Of one kind in one cell: a list of summarised, a row a name and variant.
function inCell(samples, kind, work, threads) {
  const mine = samples.filter((s) => s.kind === kind && s.work === work && s.threads === threads);
  const keys = [...new Set(mine.map((s) => JSON.stringify([s.name, s.variant])))];
  return keys.map((key) => summarised(mine.filter((s) => JSON.stringify([s.name, s.variant]) === key)));
}

const best = (list) => list.filter((r) => !r.problem).reduce((b, r) => (!b || r.median > b.median ? r : b), null);

// Of each contestant the better variant; one with a wrong answer has no better
// one: a fast wrong answer is no answer.
function better(rows) {
  return [...new Set(rows.map((r) => r.name))].map((name) => {
    const mine = rows.filter((r) => r.name === name);
    return mine.find((r) => r.problem.startsWith('wrong losses')) || best(mine) || mine[0];
  });
}

// a / b, round by round.
function ratio(a, b) {
  const rounds = [...a.rounds.keys()].filter((r) => b.rounds.has(r));
  return summary(rounds.map((r) => a.rounds.get(r) / b.rounds.get(r)));
}

// yes: in each round; median: in the middle round, not in each; no.
function holds(r, target, most) {
  const ok = (x) => (most ? x <= target : x >= target);
  return ok(r.low) && ok(r.high) ? 'yes' : ok(r.median) ? 'median' : 'no';
}

// { work, threads, against, variant, median, low, high, target, holds }; of a
// ratio that cannot be had, holds says why.
function ratios(samples, work, threads) {
  const rows = better(inCell(samples, 'contestant', work, threads));
  const ours = rows.find((r) => r.name === 'ours');
  if (!ours) return [];
  const list = [], goal = (TARGETS[work] || {})[threads];
  const add = (against, other, target, most) => {
    const lacks = ours.problem ? 'ours failed' : other ? '' : 'nothing to compare with';
    const r = lacks ? {} : ratio(most ? other : ours, most ? ours : other);
    list.push({ work, threads, against, name: other ? other.name : '-', variant: other ? other.variant : '-', ...r,
      target, holds: lacks || (target ? holds(r, target, most) : '-') });
  };
  add('peer', best(rows.filter((r) => r.name !== 'ours')), goal, false);
  const products = inCell(samples, 'products', work, threads);
  if (products.length) add('products', best(products), MOST_OF_PRODUCTS, true);
  return list;
}

module.exports = { median, summary, inCell, better, best, ratios };
