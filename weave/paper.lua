-- A chapter, or book.md, for the printed book.  From metadata: build.  What
-- LaTeX gets is cut at lines "%% PART" into BUILD/paper/CHAPTER.PART.tex:
-- body, answers, evidence.  Writes beside them CHAPTER.d (what it read),
-- CHAPTER.cited (keys of the literature) and CHAPTER.failed (claims that did
-- not pass: the book shows them, make ends with them).
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local structure = require 'structure'
local ccode = require 'ccode'
local values = require 'values'
local latex = require 'latex'

local build, stem
local labels, chapters, pages, book = {}, {}, {}, { author = {} }
local anchors, cited, keys = {}, {}, {}
local by_label, claims, answers = {}, {}, {}

local function tex(...) return pandoc.RawBlock('latex', string.format(...)) end
local function tex_inline(...)
  return pandoc.RawInline('latex', string.format(...))
end

local function read_labels()
  for _, row in ipairs(report.tsv(build .. '/labels/labels.tsv') or {}) do
    if row.kind == 'chapter' then
      chapters[#chapters + 1] = row
      pages[row.label] = row.page:gsub('%.html$', '')
    elseif row.label == 'author' then
      table.insert(book.author, row.text)
    elseif row.kind == 'book' then
      book[row.label] = row.text
    else
      labels[row.label] = row
    end
  end
end

-- Headers of all chapters stand in one book: theirs carry the stem.
local function anchor(of, id) return of .. '--' .. id end

-- Equations ------------------------------------------------------------------

-- As claims.lua judges: "pass", or what else became of it, and the badge.
local function verdict(item)
  local claim = claims[item.name]
  if not claim then return 'fail', '✗ not run' end
  local short = values.short(claim.error)
  if item.wrong or claim.verdict == 'refuted' then
    if item.wrong and claim.verdict == 'refuted' then
      return 'refuted', 'wrong ✗ ' .. short
    end
    return 'fail', item.wrong and '✗ not refuted' or '✗ not .wrong'
  end
  if claim.verdict == 'pass' then return 'pass', '✓ ' .. short end
  if claim.verdict == 'REFUSED' then return 'fail', '✗ refused' end
  return 'fail', '✗ ' .. short
end

local function sound(item)
  local state = item.definition and 'pass' or verdict(item)
  return state == 'pass' or state == 'refuted'
end

local function badge(item)
  if item.definition then return '\\definitionbadge' end
  local state, text = verdict(item)
  return string.format('\\badge{%s}{%s}{%s}', state, item.name, text)
end

local function equation(div)
  local item = by_label[div.identifier]
  local formula = latex.formula(item.tex)
  return tex('%s\\%s{%s}{%s}{%s}{%s}{%s}',
    div.attributes.follows and '\\afterequation' or '',
    item.wrong and 'wrongequation' or 'bookequation', item.label, item.number,
    badge(item), formula, latex.breakable(formula))
end

local kinds = { GRADIENT = 'gradient', JACOBIAN = 'Jacobian',
  BACKWARD = 'backward', IDENTITY = 'identity', VALUE = 'numbers',
  STATEMENT = 'statement' }

-- The chapter's rows of the appendix.
local function evidence(items)
  local out = {}
  local function cell(text)
    if not text or text == '-' then return '' end
    return latex.inlines(values.inlines(text, 2))
  end
  for _, item in ipairs(items) do
    if item.kind == 'eq' and not item.definition then
      local c = claims[item.name] or {}
      local order = c.order ~= '-' and c.order or ''
      local state = verdict(item)
      out[#out + 1] = table.concat({
        string.format('\\evidencerow{%s}{%s}', item.name, item.number),
        kinds[(c.kind or ''):upper()] or latex.escape(c.kind or ''),
        cell(c.error), cell(c.tolerance), cell(c.resolution),
        tonumber(order) and cell(order) or latex.escape(order),
        cell(c.entries), cell(c.cases), cell(c.seed),
        string.format('\\verdict{%s}{%s}', state, c.verdict or 'not run') },
        ' & ') .. ' \\\\'
    end
  end
  if #out == 0 then return {} end
  local title = chapters[report.number].text
  return { tex('\\evidence{%s}{%d}{%s}', anchor(stem, 'evidence'),
               report.number, latex.escape(title)),
    tex('\\begin{evidencetable}\n%s\n\\end{evidencetable}',
        table.concat(out, '\n')) }
end

-- Blocks ---------------------------------------------------------------------

local function verbatim(text)
  return tex('\\begin{Printed}%s\n%s\n\\end{Printed}', latex.fitted(text),
             text)
end

local function captioned(caption, block, text)
  return { tex('\\begin{listing}{%s}{%d}', caption, #report.lines(text)),
           block, tex('\\end{listing}') }
end

local function listing(block)
  local path, fn = block.attributes.src, block.attributes.fn or ''
  local code, why = ccode.func(path, fn)
  if not code then
    report.problem(report.line_of('fn="' .. fn .. '"'), 'listing: %s', why)
    return {}
  end
  return captioned(latex.code(path),
    pandoc.CodeBlock(code, pandoc.Attr('', { 'c' })), code)
end

local function output(block)
  local of = block.attributes.of
  local page = pages[of or '']
  local text = page and report.read(build .. '/' .. page .. '/output.txt')
  if not text then
    report.problem('of="' .. (of or '') .. '"',
                   'output of %s: there is none in %s', of, build)
    return {}
  end
  text = text:gsub('%s+$', '')
  local path = latex.code('chapters/' .. page .. '.c')
  return captioned('What ' .. path .. ' printed', verbatim(text), text)
end

local function figure(div)
  local name = div.attributes.name
  local image = div.content[1].content[1]
  local script = name
  while script and not report.read('plots/' .. script .. '.gp') do
    script = script:match('^(.*)%-')
  end
  if not script then
    report.problem('](plots/' .. name, 'figure %s: no script plots/STEM.gp',
                   name)
    return {}
  end
  return { tex('\\begin{bookfigure}{%s}{%s}{%s}', div.identifier, name,
               latex.hex(image.attributes.alt or '')),
    pandoc.Plain { tex_inline('\\figurecaption{%s}{%s}{',
                     div.attributes.number,
                     latex.code('plots/' .. script .. '.gp')),
                   pandoc.Span(image.caption), tex_inline('}') },
    tex('\\end{bookfigure}') }
end

-- Hint and answer go to the back; the exercise keeps the way there.
local function exercise(div)
  local id, number = div.identifier, div.attributes.number
  local body, back = {}, {}
  for _, block in ipairs(div.content) do
    local classes = block.t == 'Div' and block.classes
    local part = classes and (classes:includes('hint') and 'Hint'
                              or classes:includes('answer') and 'Answer')
    if part then
      local first = block.content[1]
      if first and first.t == 'Para' then
        first.content:insert(1, tex_inline('\\backpart{%s}', part))
      else
        back[#back + 1] = tex('\\backpart{%s}\\par\\nobreak', part)
      end
      for _, b in ipairs(block.content) do back[#back + 1] = b end
    else
      body[#body + 1] = block
    end
  end
  table.insert(body, 1, tex('\\exercise{%s}{%s}{%s}', id, number,
                            div.attributes.level or ''))
  if #back > 0 then
    body[#body + 1] = tex('\\waytoanswer{%s}', id)
    answers[#answers + 1] = tex('\\answer{%s}{%s}', id, number)
    for _, b in ipairs(back) do answers[#answers + 1] = b end
  end
  return body
end

local function breaking(div)
  local out = { tex('\\begin{breakit}') }
  for _, block in ipairs(div.content) do out[#out + 1] = block end
  out[#out + 1] = tex('\\end{breakit}')
  return out
end

local function header(h)
  local command = h.level == 2 and 'section' or h.level == 3 and 'subsection'
                  or 'subsubsection'
  local content = pandoc.List {
    tex_inline('\\roomfor{%d}\\%s{\\texorpdfstring{',
               h.level == 2 and 7 or 5, command) }
  content:extend(h.content)
  content:insert(tex_inline('}{%s}}\\hypertarget{%s}{}',
    latex.escape(latex.plain(h.content)), anchor(stem, h.identifier)))
  return pandoc.Plain(content)
end

-- Inlines --------------------------------------------------------------------

local function cite(c)
  local references = {}
  for _, citation in ipairs(c.citations) do
    local id = citation.id
    local kind = id:match('^(%a+):')
    if kind == 'eq' or kind == 'ex' or kind == 'fig' then
      local target = labels[id]
      if not target then
        report.problem('@' .. id, 'reference to nothing: @%s', id)
      else
        if #references > 0 then
          references[#references + 1] = pandoc.Str(', ')
        end
        local form = kind == 'eq' and '(%s)' or '%s'
        references[#references + 1] =
          pandoc.Link({ pandoc.Str(form:format(target.number)) }, '#' .. id)
      end
    elseif not keys[id] then
      report.problem('@' .. id, 'citation of nothing: no %s in %s', id,
                     'weave/references.bib')
    else
      cited[#cited + 1] = id
      return nil
    end
  end
  return references
end

local function link(l)
  local name, id = l.target:match('^([%w-]+)%.md#?(.*)$')
  if not name then
    id = l.target:match('^#(.*)$')
    if id and not id:find(':') then
      if not anchors[id] then
        report.problem('](' .. l.target, 'link to nothing: %s', l.target)
      end
      l.target = '#' .. anchor(stem, id)
    end
    return l
  end
  local of = name == 'book' and 'book' or name:match('^%d+%-(.*)$')
  if of ~= 'book' and pages[of or ''] ~= name then
    report.problem('](' .. l.target, 'link to nothing: %s', l.target)
  end
  if id == '' or id == of then
    id = anchor(of or '', 'chapter')
  elseif not id:find(':') then
    id = anchor(of or '', id)
  end
  l.target = '#' .. id
  return l
end

-- A page may end between two equations, not between one and its text.
local function note_neighbours(blocks)
  local function is(block) return block and block.classes
    and block.t == 'Div' and block.classes:includes('equation') end
  for i, block in ipairs(blocks) do
    if is(block) and is(blocks[i - 1]) then
      block.attributes.follows = 'yes'
    end
  end
  return blocks
end

local function render(doc)
  doc = doc:walk { Blocks = note_neighbours }
  return doc:walk {
    Div = function(div)
      local classes = div.classes
      if classes:includes('equation') then return equation(div) end
      if classes:includes('figure') then return figure(div) end
      if classes:includes('exercise') then return exercise(div) end
      if classes:includes('try') then
        div.content:insert(1, tex('{\\raggedright'))
        div.content:insert(tex('\\par}'))
        return div.content
      end
      if classes:includes('break') then return breaking(div) end
      if classes:includes('contents') then return {} end
    end,
    CodeBlock = function(block)
      if block.classes:includes('output') then return output(block) end
      if block.attributes.src then return listing(block) end
      return { tex('\\begin{plaincode}'), verbatim(block.text),
               tex('\\end{plaincode}') }
    end,
    Code = function(code)
      if code.classes:includes('val') then return values.inline(code) end
      return tex_inline('%s', latex.code(code.text))
    end,
    Math = function(m)
      m.text = latex.formula(m.text)
      return m
    end,
    Header = header,
    Table = latex.table,
    Cite = cite,
    Link = link,
  }
end

-- The chapter as a whole -----------------------------------------------------

local function read_claims(items)
  local path = build .. '/claims/' .. stem .. '.tsv'
  for _, row in ipairs(report.tsv(path) or {}) do claims[row.name] = row end
  for _, item in ipairs(items) do
    by_label[item.label], item.name = item, item.label:gsub('^%a+:', '')
  end
end

local function failures(items)
  local lines, links = {}, {}
  for _, item in ipairs(items) do
    if item.kind == 'eq' and not sound(item) then
      local _, text = verdict(item)
      lines[#lines + 1] = string.format('%s:%d: equation (%s) %s: %s\n',
        report.file, item.line, item.number, item.name, text)
      links[#links + 1] = string.format('\\hyperlink{%s}{(%s)}', item.label,
                                        item.number)
    end
  end
  return table.concat(lines), #links > 0 and { tex(
    '\\banner{Of this chapter’s equations, this build could not '
    .. 'confirm %s.}',
    table.concat(links, ', ')) } or {}
end

local function write_beside(failed)
  local base = build .. '/paper/' .. report.name
  table.sort(report.reads)
  local rules = { base .. '.done: ' .. table.concat(report.reads, ' ') }
  for _, path in ipairs(report.reads) do rules[#rules + 1] = path .. ':' end
  report.write(base .. '.d', table.concat(rules, '\n') .. '\n')
  report.write(base .. '.cited', table.concat(cited, '\n') .. '\n')
  report.write(base .. '.failed', failed)
end

-- What the title page says, from the header of book.md.
local function meta(doc)
  local function def(name, text)
    return tex('\\def\\book%s{%s}', name, latex.escape(text))
  end
  return { tex('%%%% meta'), def('title', book.title or ''),
    def('subtitle', book.subtitle or ''),
    def('author', table.concat(book.author, ', ')),
    def('lang', book.lang or 'en'),
    tex('\\quick%s', doc.meta.quick and 'true' or 'false') }
end

function Pandoc(doc)
  build = pandoc.utils.stringify(doc.meta.build)
  stem = report.stem or 'book'
  read_labels()
  values.setup(build, pages)
  local bib = report.read('weave/references.bib') or ''
  for key in bib:gmatch('@%a+%s*{%s*([^,%s]+)') do
    keys[key] = true
  end
  local items, title
  doc, items, title = structure.number(doc)
  read_claims(items)
  doc:walk { Header = function(h) anchors[h.identifier] = true end,
             Div = function(d) anchors[d.identifier] = true end }
  local failed, banner = failures(items)
  doc = render(doc)

  local out = pandoc.List { tex('%%%% body') }
  if report.number then
    local head = pandoc.List {
      tex_inline('\\bookchapter{%d}{%s}{', report.number,
                 anchor(stem, 'chapter')) }
    head:extend(title and title.content or {})
    head:insert(tex_inline('}'))
    out:insert(pandoc.Plain(head))
  end
  out:extend(banner)
  out:extend(doc.blocks)
  out:insert(tex('%%%% answers'))
  if #answers > 0 then
    out:insert(tex('\\answersof{%s}{%d}{%s}', anchor(stem, 'answers'),
      report.number, latex.escape(chapters[report.number].text)))
    out:extend(answers)
  end
  if not report.number then out:extend(meta(doc)) end
  out:insert(tex('%%%% evidence'))
  out:extend(evidence(items))
  report.stop_on_problems()
  write_beside(failed)
  doc.blocks = out
  -- All of the literature tells one author's works of a year apart.
  doc.meta.nocite = pandoc.MetaInlines { pandoc.Cite({ pandoc.Str('@*') },
    { pandoc.Citation('*', 'NormalCitation') }) }
  doc.meta['suppress-bibliography'] = true
  return doc
end
