// What a run found, to be read on a terminal.
'use strict';
const { inCell, better, ratios } = require('./results.js');

const inCellName = (work, threads) => `${work}, ${threads} thread${threads > 1 ? 's' : ''}`;

// 67200 as 67.2k
function short(x) {
  const [scale, unit] = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']].find(([s]) => x >= s) || [1, ''];
  return (x / scale).toPrecision(3) + unit;
}

function aligned(rows) {
  const widths = rows[0].map((_, k) => Math.max(...rows.map((r) => r[k].length)));
  return rows.map((row) => row.map((cell, k) => cell.padEnd(widths[k])).join('  ').trimEnd()).join('\n');
}

const VERDICT = { yes: 'holds', median: 'holds in the middle round, not in each', no: 'does not hold' };

const ratioCell = (r) => (r.median ? `${r.median.toFixed(2)} (${r.low.toFixed(2)}–${r.high.toFixed(2)})` : '-');

function speedRows(at, samples, names) {
  const cell = (r) => (!r ? '-' : r.problem ? 'failed' : `${short(r.median)} (${short(r.low)}–${short(r.high)}) ${r.variant}`);
  return at.works.flatMap((work) => at.threads.map((threads) => {
    const rows = better(inCell(samples, 'contestant', work, threads));
    return [work, String(threads), ...names.map((name) => cell(rows.find((r) => r.name === name)))];
  }));
}

function ratioRows(at, samples) {
  const goal = (r) => (r.target ? `${r.against === 'products' ? '≤' : '≥'} ${r.target}` : '-');
  return at.works.flatMap((work) => at.threads.flatMap((threads) => ratios(samples, work, threads).map((r) =>
    [work, String(threads), r.against === 'products' ? `our step / bare products (${r.name})` : `ours / best peer (${r.name})`,
      ratioCell(r), goal(r), VERDICT[r.holds] || r.holds])));
}

function printTable(at, samples, leftOut, failures, about) {
  const names = [...new Set(samples.filter((s) => s.kind === 'contestant').map((s) => s.name))];
  console.log('\nSamples a second: median (low–high) of the rounds, better variant');
  console.log(aligned([['work', 'threads', ...names], ...speedRows(at, samples, names)]));
  console.log('\nRatios: median (low–high) of the rounds');
  console.log(aligned([['work', 'threads', 'what', 'ratio', 'target', ''], ...ratioRows(at, samples)]));
  console.log('');
  for (const [what, why] of leftOut) console.log(`left out: ${what}: ${why}`);
  for (const [name, value] of about) if (['quiet', 'others', 'took'].includes(name)) console.log(`${name}: ${value}`);
  for (const failure of failures) console.error(`bench: failed: ${failure}`);
}

module.exports = { printTable, inCellName, short };
