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
local blocks = require 'blocks'
local claims = require 'claims'
local literature = require 'cite'

local build, stem
local labels, chapters, pages, book
local anchors, by_label, answers = {}, {}, {}

local function tex(...) return pandoc.RawBlock('latex', string.format(...)) end
local function tex_inline(...)
  return pandoc.RawInline('latex', string.format(...))
end

-- Headers of all chapters stand in one book: theirs carry the stem.
local function anchor(of, id) return of .. '--' .. id end

-- Equations ------------------------------------------------------------------

-- The colour of what became of a claim.
local function state_of(item)
  local state = claims.verdict(item)
  return (state == 'pass' or state == 'refuted') and state or 'fail'
end

local function badge(item)
  if item.definition then return '\\definitionbadge' end
  return string.format('\\badge{%s}{%s}{%s}', state_of(item), item.name,
                       claims.badge_text(item))
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
  for i, item in ipairs(claims.claimed(items)) do
    local c = item.claim or {}
    local order = c.order ~= '-' and c.order or ''
    out[i] = table.concat({
      string.format('\\evidencerow{%s}{%s}', item.name, item.number),
      kinds[(c.kind or ''):upper()] or latex.escape(c.kind or ''),
      cell(c.error), cell(c.tolerance), cell(c.resolution),
      tonumber(order) and cell(order) or latex.escape(order),
      cell(c.entries), cell(c.cases), cell(c.seed),
      string.format('\\verdict{%s}{%s}', state_of(item),
                    c.verdict or 'not run') }, ' & ') .. ' \\\\'
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
  local script = blocks.script_of(name)
  if not script then return {} end
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
  return literature.inlines(c, labels, function(id) return '#' .. id end)
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

local function banner(items)
  local links = {}
  for i, item in ipairs(claims.unconfirmed(items)) do
    links[i] = string.format('\\hyperlink{%s}{(%s)}', item.label, item.number)
  end
  return #links > 0 and { tex('\\banner{Of this chapter’s equations, this '
    .. 'build could not confirm %s.}', table.concat(links, ', ')) } or {}
end

local function write_beside()
  local base = build .. '/paper/' .. report.name
  report.write_prerequisites(base .. '.d', base .. '.done')
  report.write(base .. '.cited', table.concat(literature.cited, '\n') .. '\n')
  report.write(base .. '.failed', table.concat(claims.failures))
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
  labels, chapters, pages, book = require('book').read(build)
  values.setup(build, pages)
  local items, title
  doc, items, title = structure.number(doc)
  claims.check(items, build)
  for _, item in ipairs(items) do by_label[item.label] = item end
  doc:walk { Header = function(h) anchors[h.identifier] = true end,
             Div = function(d) anchors[d.identifier] = true end }
  claims.note_failures(items)
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
  out:extend(banner(items))
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
  write_beside()
  doc.blocks = out
  -- All of the literature tells one author's works of a year apart.
  doc.meta.nocite = pandoc.MetaInlines { pandoc.Cite({ pandoc.Str('@*') },
    { pandoc.Citation('*', 'NormalCitation') }) }
  doc.meta['suppress-bibliography'] = true
  return doc
end
