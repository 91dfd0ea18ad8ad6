// Who runs in the benchmark, with which settings, and what must hold.  A row
// more in a table is one more of its kind.
//
//   CONTESTANTS  the programs that train, each with its variants of settings;
//                the better variant of a cell (a work at a number of threads)
//                counts
//   PROOFS       the double builds, whose losses are compared, not their times
//   LIBRARIES    whose bare products are measured
//   FORMS        of our own step: the steps of the staircase
//   ONCE         the machine's limits, measured once, after the rounds
//   TARGETS      the least ratios to the best peer, and to the bare products
//
// An environment is a function of the number of threads.  What needs something
// says so by `lacks`: '' or why it cannot be.  A variant with `from` is for so
// many threads or more.
'use strict';
const fs = require('fs'), path = require('path');

const WORKS = ['W1', 'W2', 'W3', 'W4'];
const FLOAT = 1e-4, DOUBLE = 1e-10; // relative differences of losses

// Debian's folder of a build of a BLAS, to go before the default one.
function folderOf(name) {
  return fs.readdirSync('/usr/lib').map((triple) => path.join('/usr/lib', triple, name)).find((f) => fs.existsSync(f));
}
const openmp = folderOf('openblas-openmp');

// OpenBLAS takes processors newer than itself for very old ones: the Makefile
// chooses its code.  What runs as it comes does without.
const core = process.env.OPENBLAS_CORETYPE ? { OPENBLAS_CORETYPE: process.env.OPENBLAS_CORETYPE } : {};

// Memory that was freed stays with the process: no page is faulted in twice.
// 32 MB is the most that glibc takes for the first.  And large pages.  All take
// these, ours too: with large pages and a mapping for each array, W2 ran at 78k
// or at 95k samples/s from one process to the next, with these hardly ever.
const kept = {
  MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '8589934592', MALLOC_TOP_PAD_: '268435456',
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
};

// A thread of OpenMP stays on its processor, beside its cache.
const bound = (T) => (T > 1 ? { OMP_PROC_BIND: 'true' } : {});

const threaded = (T) => ({ OMP_NUM_THREADS: T, OPENBLAS_NUM_THREADS: T, BLIS_NUM_THREADS: T });
const asItComes = { variant: 'as-it-comes', env: threaded };
const tuned = { variant: 'tuned', env: (T) => ({ ...threaded(T), ...core, ...kept }) };
const tunedOpenMP = { variant: 'tuned-openmp', lacks: openmp ? '' : 'no OpenMP build of OpenBLAS',
  env: (T) => ({ ...threaded(T), ...core, ...kept, ...bound(T), LD_LIBRARY_PATH: openmp }) };
// Threads of the program's own, each with a BLAS of one.
const oneBlas = { variant: 'tuned-one-blas', from: 2, env: (T) => ({ ...tuned.env(T), ...bound(T), OPENBLAS_NUM_THREADS: '1' }) };
// The BLAS's threads alone, and one of the program.
const onlyBlas = { variant: 'tuned-only-blas', from: 2, own: 1, env: tuned.env };

// Ours cuts a step by units over threads, each with a BLAS of one thread.
const ours = (T) => ({ ...core, ...kept, ...bound(T), OMP_NUM_THREADS: T, OPENBLAS_NUM_THREADS: '1' });

// at: { bench: folder of the programs, python, kann: checkout or '', modules: { numpy: '', torch: 'why it lacks' } }
function contestants(at) {
  const script = (file) => [at.python, path.join(__dirname, file)];
  return [
    { name: 'ours', command: [`${at.bench}/ours-f`],
      variants: [{ variant: 'onednn', env: ours }, { variant: 'openblas', env: ours, command: [`${at.bench}/ours-openblas`] }] },
    { name: 'torch', lacks: at.modules.torch, command: script('torch_peer.py'),
      variants: [asItComes, ...(openmp ? [] : [tuned]), tunedOpenMP, oneBlas] },
    { name: 'numpy', lacks: at.modules.numpy, command: script('numpy_peer.py'), variants: [tuned, oneBlas] },
    { name: 'numpy64', lacks: at.modules.numpy, command: [...script('numpy_peer.py'), '--double'],
      tolerance: DOUBLE, variants: [tuned] },
    { name: 'kann', lacks: at.kann ? '' : 'no KANN= names a checkout', command: [`${at.bench}/kann`],
      variants: [tuned, oneBlas, onlyBlas] },
  ];
}

// The first is the reference that all losses are held against.
function proofs(at) {
  const [, torch, numpy] = contestants(at);
  return [
    { ...numpy, name: 'numpy --double', command: [...numpy.command, '--double'], env: tuned.env, tolerance: 0 },
    { name: 'ours-d', command: [`${at.bench}/ours-d`], env: ours, tolerance: DOUBLE },
    { ...torch, name: 'torch --double', command: [...torch.command, '--double'], env: tuned.env, tolerance: DOUBLE },
    ...contestants(at).filter((c) => c.name !== 'numpy64').map((c) => ({ ...c, env: c.variants[0].env, tolerance: FLOAT })),
  ];
}

const products = (T) => ({ ...core, ...kept, ...bound(T), ...threaded(T) });
const LIBRARIES = [
  { library: 'openblas', file: 'libopenblas.so.0', env: products },
  { library: 'blis', file: 'libblis.so.4', env: products },
  { library: 'onednn', file: 'libdnnl.so.2', env: products },
];
// At two threads and more: the library's own, or cut by units as ours is, for
// threads with a library of one.
const CUT = (T) => ({ ...products(T), OPENBLAS_NUM_THREADS: '1', BLIS_NUM_THREADS: '1' });
const BRIEF = 0.1; // seconds of a repetition of products and of forms
const PRODUCTS_OF = ['W1', 'W2', 'W3'];

// In the order of the stairs; threads: where it is measured (default: 1);
// repeats, of so many seconds (default: as told, a tenth); once: in the first
// round only, being slow; as: a contestant, whose own runs are the stair.
const FORMS = [
  { form: 'loops', program: 'ours-loops', arguments: ['--form', 'plain'], env: ours, repeats: 1, once: true },
  { form: 'blas', program: 'ours-base', arguments: ['--form', 'plain'], env: ours },
  { form: 'native', program: 'ours-openblas', arguments: ['--form', 'plain'], env: ours },
  { form: 'fused', program: 'ours-openblas', arguments: ['--form', 'fast'], env: ours },
  { form: 'library', program: 'ours-f', arguments: ['--form', 'fast'], env: ours },
  { form: 'threads', as: 'ours', threads: 2 },
];

// Lines of `unit value`; of layers `unit work layer product m n k value`.
const ONCE = [
  { name: 'memory', work: 'triad-memory', unit: 'bytes' },
  { name: 'cache', work: 'triad-cache', unit: 'bytes' },
  { name: 'layers', work: 'layers', seconds: 0.05, unit: 'layer' },
];

// ours / best peer, at 1 and at 2 threads; and the time of our step over the
// time of its bare products.
const TARGETS = { W1: { 1: 1.1, 2: 1.7 }, W2: { 1: 1.05, 2: 1.2 }, W3: { 1: 1.05, 2: 1.05 }, W4: { 1: 3, 2: 5 } };
const MOST_OF_PRODUCTS = 1.1;

module.exports = { contestants, proofs, WORKS, FLOAT, DOUBLE, LIBRARIES, CUT, PRODUCTS_OF, FORMS, BRIEF, ONCE, TARGETS, MOST_OF_PRODUCTS };
