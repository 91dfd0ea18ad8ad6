// Mutants of C functions, all in one build.  A function that is to be broken
// in k ways becomes k + 1 functions and one that calls the one of its number:
//
//   static void f__0(...) { as it stands }
//   static void f__17(...) { with one edit }
//   void f(...) { switch (mutant) { case 17: ...; default: f__0(...) } }
//
// so that a mutant costs a run, and not a build.  `mutant` is an int that
// the runner sets; 0 is the code as it stands, and so is -1, where a function
// that is called says so by its first number: mutant_reached(17).
'use strict';

// The functions of a file: {name, head, params, body, first, last}, lines
// from 0.  It relies on the layout that `make format` gives: a definition
// starts in column 0 and ends with "}" in column 0, or stands on one line.
function functions(text) {
  const lines = text.split('\n'), found = [];
  for (let i = 0; i < lines.length; i++) {
    if (!/^[A-Za-z_]/.test(lines[i])) continue;
    let j = i, head = lines[i];
    const one = /^([^={;]*\))\s*\{(.*)\}\s*$/.exec(head);
    if (one) {
      found.push(signature({ head: one[1], body: one[2], first: i, last: i }));
      continue;
    }
    while (j + 1 < lines.length && j < i + 9 && lines[j + 1] !== '{' &&
           /^\s+\S/.test(lines[j + 1]) && !/[;{=]/.test(lines[j])) {
      head += '\n' + lines[++j];
    }
    if (lines[j + 1] !== '{' || /[;={]/.test(head)) continue;
    let end = j + 1;
    while (end < lines.length && lines[end] !== '}') end++;
    found.push(signature({ head, body: lines.slice(j + 2, end).join('\n'),
      first: i, last: end, bodyLine: j + 2 }));
    i = end;
  }
  return found.filter(Boolean);
}

// The calls of macros that stand outside of functions, as PRINTED(loss, 0.69L):
// {name (its first word), body, first, last}.
function invocations(text) {
  const found = [];
  for (const m of text.matchAll(/^[A-Z][A-Z_]*\(/gm)) {
    let end = m.index + m[0].length, depth = 1;
    for (; depth && end < text.length; end++) {
      if (text[end] === '(') depth++;
      if (text[end] === ')') depth--;
    }
    const body = text.slice(m.index + m[0].length, end - 1);
    found.push({ name: /^\w*/.exec(body)[0], body, at: m.index + m[0].length,
      first: text.slice(0, m.index).split('\n').length - 1 });
  }
  return found;
}

function signature(f) {
  const m = /^([\w\s*]*?)(?:REAL\((\w+)\)|(\w+))\(([\s\S]*)\)\s*$/.exec(f.head);
  if (!m || /\b(_Noreturn|START_TEST|typedef|extern)\b/.test(m[1])) return null;
  f.type = m[1].replace(/\b(static|inline)\b/g, '').trim();
  if (!f.type) return null;
  f.name = m[2] || m[3];
  f.params = m[4];
  f.isStatic = /\bstatic\b/.test(m[1]);
  if (f.bodyLine === undefined) f.bodyLine = f.first;
  f.args = [];
  let depth = 0, part = '';
  for (const c of f.params + ',') {
    if (c === ',' && depth === 0) {
      while (/\[[^\[\]]*\]/.test(part)) part = part.replace(/\[[^\[\]]*\]/, '');
      const name = /\(\*\s*(?:const\s+)?(\w+)\)/.exec(part) || 
        /(\w+)\s*(?:\([^()]*\))?$/.exec(part.trim());
      if (name && part.trim() !== 'void') f.args.push(name[1]);
      part = '';
    } else {
      if ('([{'.includes(c)) depth++;
      if (')]}'.includes(c)) depth--;
      part += c;
    }
  }
  return f;
}

// Tokens with their places; comments, strings and # lines are none.
function tokens(body) {
  const re = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|^[ \t]*#.*$|R\([^()]*\)|[A-Za-z_]\w*|\d[\w.]*(?:[eEpP][+-]?\d+)?[LfF]?|\+\+|--|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*\/%&|^]=|[-+*\/%=<>!&|^~?:;,.(){}\[\]]/gm;
  const list = [];
  let m;
  while ((m = re.exec(body))) {
    if (/^(\/\*|\/\/|"|'|\s*#)/.test(m[0])) continue;
    list.push({ text: m[0], at: m.index });
  }
  let depth = 0; // of parentheses: a ; inside them ends no statement
  for (const token of list) {
    if (token.text === '(') depth++;
    token.depth = depth;
    if (token.text === ')') depth--;
  }
  return list;
}

const binary = { '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'] };
const other = { '+=': ['-=', '='], '-=': ['+='], '*=': ['/='], '/=': ['*='],
  '<': ['<=', '>'], '>': ['>=', '<'], '<=': ['<'], '>=': ['>'],
  '==': ['!='], '!=': ['=='], '&&': ['||'], '||': ['&&'] };
const numbers = { '0': ['1'], '1': ['0', '2'], '2': ['1'], '3': ['2'],
  'R(0.0)': ['R(1.0)'], 'R(1.0)': ['R(0.0)', 'R(2.0)'],
  'R(2.0)': ['R(1.0)'], 'R(0.5)': ['R(1.0)'] };

// The loop variables that are in scope at each token.
function scopes(list) {
  const open = [], result = [];
  let depth = 0, paren = 0;
  for (let k = 0; k < list.length; k++) {
    const t = list[k].text;
    if (t === '{') depth++;
    if (t === '}') {
      depth--;
      while (open.length && open[open.length - 1].depth > depth) open.pop();
    }
    if (t === '(') paren++;
    if (t === ')') paren--;
    // A for without braces ends with the first ; outside its parentheses.
    if (t === ';' && paren === 0) {
      while (open.length && open[open.length - 1].depth === depth &&
             !open[open.length - 1].braced) open.pop();
    }
    if (t === 'for' && list[k + 2] && /^(size_t|int|long)$/.test(list[k + 2].text)) {
      open.push({ name: list[k + 3].text, depth, braced: false, from: k });
    }
    if (t === '{' && open.length && list[k - 1].text === ')' &&
        open[open.length - 1].depth === depth - 1) {
      let e = open.length - 1;
      while (e >= 0 && open[e].depth === depth - 1 && !open[e].braced) {
        open[e].braced = true; open[e].depth = depth; e--;
      }
    }
    result.push(open.map((o) => o.name));
  }
  return result;
}

// Every single-token mutation of a function's body: {at, length, from, to,
// kind}.
function mutations(f) {
  const body = f.body;
  const sizes = [...f.params.matchAll(/\bsize_t (\w+)(?=\s*(,|$))/g)].map((m) => m[1]);
  const list = tokens(body), scope = scopes(list), out = [];
  const add = (k, to, kind) => out.push({ at: list[k].at,
    length: list[k].text.length, from: list[k].text, to, kind });
  let header = 0, depth = 0; // inside the parentheses of a for
  for (let k = 0; k < list.length; k++) {
    const t = list[k].text, before = k ? list[k - 1].text : ';';
    const operand = /^[\w)\]]/.test(before) &&
      !/^(return|case|sizeof|else)$/.test(before);
    if (t === 'for') header = depth + 1;
    if (t === '(') depth++;
    if (t === ')' && depth-- === header) header = 0;
    const declares = isDeclaration(list, k);
    if (binary[t] && operand && !declares) binary[t].forEach((to) => add(k, to, 'operator'));
    if (t === '-' && !operand) add(k, ' ', 'sign');
    if (other[t]) other[t].forEach((to) => add(k, to, t.length > 1 && t[1] === '=' && '+-*/'.includes(t[0]) ? 'assignment' : 'comparison'));
    if (numbers[t] && !(before === '[' && declares)) numbers[t].forEach((to) => add(k, to, 'constant'));
    else if (/^\d+\.\d/.test(t)) add(k, `(1 + ${t})`, 'constant');
    else if (/^R\(/.test(t) && /\d/.test(t)) {
      add(k, t.replace(/R\((.*)\)/, 'R(1.000001) * R($1)'), 'sixth digit');
    }
    if (t === '=' && !header && !declares && before !== '}' && startsStatement(list, k)) {
      add(k, '+=', 'assignment');
    }
    if (/^\w+$/.test(t) && before === '[' && list[k + 1].text === ']' && !declares) {
      for (const name of scope[k]) if (name !== t) add(k, name, 'index');
    }
    if (sizes.includes(t) && /^[(,]$/.test(before) && /^[),]$/.test(list[k + 1].text)) {
      for (const name of sizes) if (name !== t) add(k, name, 'size');
    }
    if (t === 'AS_IS') add(k, 'TRANSPOSED', 'transpose');
    if (t === 'TRANSPOSED') add(k, 'AS_IS', 'transpose');
    const end = list[k].depth ? 0 : statementEnd(list, k);
    if (end > 0) {
      out.push({ at: list[k].at, length: list[end].at - list[k].at,
        from: body.slice(list[k].at, list[end].at + 1), to: '', kind: 'deleted' });
    }
  }
  return out;
}

function startOf(list, k) {
  let s = k;
  while (s > 0 && !(/^[;{}]$/.test(list[s - 1].text) && list[s - 1].depth === 0)) s--;
  while (/^(for|if|while|else)$/.test(list[s].text)) { // a body without braces
    if (list[s].text === 'else') { s++; continue; }
    let depth = 0, e = s + 1;
    do {
      if (list[e].text === '(') depth++;
      if (list[e].text === ')') depth--;
      e++;
    } while (depth && e < list.length);
    if (e > k) return s;
    s = e;
  }
  return s;
}

const typeWord = /^(const|real|size_t|int|long|double|float|static|struct|unsigned|char|void|uint64_t|wide|enum)$/;
function isDeclaration(list, k) {
  const s = startOf(list, k);
  return typeWord.test(list[s].text) && (() => {
    for (let j = s; j < k; j++) if (list[j].text === '=') return false;
    return true;
  })();
}

function startsStatement(list, k) {
  const s = startOf(list, k);
  if (!/^[A-Za-z_(*]/.test(list[s].text) || typeWord.test(list[s].text)) return false;
  for (let j = s; j < k; j++) if (/^[-+*\/]?=$/.test(list[j].text)) return false;
  return !/^(for|if|while|return|switch)$/.test(list[s].text);
}

// Where the expression statement that starts at k ends, or 0.
function statementEnd(list, k) {
  if (k && startOf(list, k) !== k) return 0;
  if (!/^[A-Za-z_(*]/.test(list[k].text)) return 0;
  if (typeWord.test(list[k].text) ||
      /^(for|if|while|else|return|switch|case|do|break|default)$/.test(list[k].text)) return 0;
  let depth = 0;
  for (let j = k; j < list.length; j++) {
    if (list[j].text === '(') depth++;
    if (list[j].text === ')') depth--;
    if (list[j].text === '{' || list[j].text === '}') return 0;
    if (list[j].text === ';' && depth === 0) return j;
  }
  return 0;
}

// The file with its mutants: variants is a list of {id, name (of the
// function), body}.  where[id] = [first, last] line of the variant.
function schema(text, variants) {
  const calls = variants.filter((v) => v.call);
  for (const v of calls.sort((a, b) => b.call.at - a.call.at)) {
    const from = v.call.at + v.at, to = from + v.length;
    text = `${text.slice(0, from)}(mutant == ${v.id} ? 1 + ${text.slice(from, to)} : ${text.slice(from, to)})${text.slice(to)}`;
  }
  variants = variants.filter((v) => !v.call);
  const lines = text.split('\n'), out = [], where = {};
  const byName = new Map();
  for (const v of variants) {
    if (!byName.has(v.name)) byName.set(v.name, []);
    byName.get(v.name).push(v);
  }
  out.push('extern int mutant;', 'extern void mutant_reached(int id);');
  let at = 0;
  for (const f of functions(text)) { // under #if and #else, one name may be there twice
    const mine = (byName.get(f.name) || []).filter((v) => v.of === undefined || v.of === f.head + f.first);
    if (!mine.length) continue;
    const reached = `if (mutant < 0)\n    mutant_reached(${mine[0].id});`;
    push(out, lines.slice(at, f.first).join('\n'));
    if (/\.\.\.\s*$/.test(f.params)) { // cannot be handed on: a block each
      push(out, `${f.head}\n{\n  ${reached}\n  switch (mutant) {`);
      for (const v of [...mine, { id: 0, body: f.body }]) {
        const from = out.length;
        push(out, `  ${v.id ? `case ${v.id}` : 'default'}: {\n${v.body}\n  return;\n  }`);
        where[v.id] = [from, out.length];
      }
      push(out, '  }\n}');
      at = f.last + 1;
      continue;
    }
    const call = (id) => `${f.name}__${id}(${f.args.join(', ')});`;
    const give = f.type === 'void' ? (id) => `${call(id)} return;` : (id) => `return ${call(id)}`;
    for (const v of [{ id: 0, body: f.body }, ...mine]) {
      const from = out.length;
      push(out, `static ${f.type} ${f.name}__${v.id}(${f.params})\n{\n${v.body}\n}`);
      where[v.id] = [from, out.length];
    }
    push(out, `${f.head}\n{\n  ${reached}\n  switch (mutant) {`);
    for (const v of mine) push(out, `  case ${v.id}: ${give(v.id)}`);
    push(out, `  default: ${give(0)}\n  }\n}`);
    at = f.last + 1;
  }
  push(out, lines.slice(at).join('\n'));
  return { text: out.join('\n'), where };
}

function push(out, text) { for (const line of text.split('\n')) out.push(line); }

module.exports = { functions, invocations, mutations, schema, tokens };
