-- Second pass: a page of the book.  From metadata: build, the folder of this
-- build's runs; format=epub for a chapter of the EPUB (epub.lua).  Writes
-- build/weave/NAME.d (prerequisites, for make) and build/weave/NAME.failed
-- (claims that did not pass: the page shows them, make ends with them); for the
-- EPUB in build/epub.
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local structure = require 'structure'
local typeset = require 'typeset'
local blocks = require 'blocks'
local book_of = require 'book'
local values = require 'values'
local claims = require 'claims'
local beside = require 'beside'
local literature = require 'cite'

local build
local epub -- what makes the EPUB's blocks, or nil
local labels, chapters, pages, book

local raw = blocks.raw
local function raw_inline(...)
  return pandoc.RawInline('html', string.format(...))
end

local function cite(c)
  return literature.inlines(c, labels, function(id, target)
    return (target.page == report.page and '' or target.page) .. '#' .. id
  end)
end

-- Where a link may point: the headers, equations, exercises and figures of
-- this page, and the labels of the others.
local anchors = {}

local function check_anchor(l, anchor, page)
  local id = anchor:sub(2)
  if id == '' then return end
  local there = labels[id] and labels[id].page == page
  if not there and not (page == report.page and anchors[id])
     and (page == report.page or id:find(':')) then
    report.problem('](' .. l.target, 'link to nothing: %s', l.target)
  end
end

local function web_link(l)
  if l.target:find('^#') and not l.classes:includes('ref') then
    check_anchor(l, l.target, report.page)
  end
  local name, anchor = l.target:match('^([%w-]+)%.md(#?.*)$')
  if not name then return nil end
  if name == 'book' then
    l.target = 'index.html' .. anchor
  else
    local stem = name:match('^%d+%-(.*)$')
    if pages[stem or ''] ~= name then
      report.problem('](' .. l.target, 'link to nothing: %s', l.target)
    end
    check_anchor(l, anchor, name .. '.html')
    l.target = name .. '.html' .. anchor
  end
  return l
end

local function no_raw_tex(r)
  if r.format ~= 'html' then
    report.problem(r.text:match('[^\n]*'), 'raw %s: %s', r.format,
                   r.text:match('[^\n]*'))
  end
end

local function short(m)
  return m.mathtype == 'InlineMath'
    and utf8.len(typeset.plain(m.text, false)) <= 28
end

-- A short formula and the point or comma after it stay on one line, and so do
-- a number and its %.
local function keep_together(inlines)
  local out = pandoc.List()
  for _, inline in ipairs(inlines) do
    local before = out[#out]
    local mark, rest
    if inline.t == 'Str' and inline.text:find('^%%') and before
       and before.t == 'Space' then
      out[#out] = pandoc.Str('\u{a0}')
    elseif inline.t == 'Str' and before and before.t == 'Math'
       and short(before) then
      mark, rest = inline.text:match('^([%.,;:!%?%)]+)(.*)$')
    end
    if mark then
      out[#out] = pandoc.Span({ before, pandoc.Str(mark) },
                              pandoc.Attr('', { 'whole' }))
      if rest ~= '' then out:insert(pandoc.Str(rest)) end
    else
      out:insert(inline)
    end
  end
  return out
end

-- A header's permanent address, to be copied.
local function with_anchor(h)
  if h.level > 1 and h.identifier ~= '' then
    h.content:insert(raw_inline('<a class="anchor" href="#%s" '
      .. 'aria-label="Link to this section">#</a>', h.identifier))
    return h
  end
end

-- Everything but mathematics, which typeset has collected by then.
local function render(doc, items)
  local by_label = {}
  for _, item in ipairs(items) do by_label[item.label] = item end
  local view = epub or blocks
  local function equation(div)
    local item = by_label[div.identifier]
    if epub then return epub.equation(item) end
    return raw('<div class="equation%s" id="%s"><div class="math"%s>%s</div>'
      .. '<div class="mark"><a class="number" href="#%s">(%s)</a> %s</div></div>',
      item.wrong and ' wrong' or '', item.label, #item.tex > 60 and ' tabindex="0"' or '',
      typeset.html(item.tex, true), item.label, item.number, claims.badge(item))
  end
  return doc:walk {
    Div = function(div)
      local classes = div.classes
      if classes:includes('equation') then return equation(div) end
      if classes:includes('figure') then return view.figure(div) end
      if classes:includes('exercise') then return view.exercise(div) end
      if classes:includes('break') then return blocks.breaking(div, labels) end
      if classes:includes('hint') then return view.folded(div, 'Hint') end
      if classes:includes('answer') then return view.folded(div, 'Answer') end
    end,
    Image = function(image)
      if not report.file_figures[image.src] then
        report.problem('](' .. image.src, 'figure %s must stand in a paragraph '
          .. 'of its own', image.src)
      end
    end,
    CodeBlock = function(block)
      if block.classes:includes('output') then return view.output(block) end
      if block.attributes.src then return view.listing(block) end
      return { raw('<div class="scroll" tabindex="0" role="group" '
        .. 'aria-label="Code">'), block, raw('</div>') }
    end,
    Code = function(code)
      if code.classes:includes('val') then return values.inline(code) end
      -- No line ends within --seed or check-linear.
      if code.text:find('-', 1, true) and #code.text <= 24 then
        code.classes:insert('whole')
        return code
      end
    end,
    Table = blocks.table,
    Math = function(m)
      return pandoc.RawInline('html',
        (epub or typeset).html(m.text, m.mathtype == 'DisplayMath') or '')
    end,
    Cite = cite,
    Link = web_link,
  }
end

local function write_for_make()
  local target = epub and build .. '/epub/' .. report.name .. '.json'
    or build .. '/book/' .. report.page
  local stem = build .. (epub and '/epub/' or '/weave/') .. report.name
  report.write_prerequisites(stem .. '.d', target)
  report.write(stem .. '.failed', table.concat(claims.failures))
end

function Pandoc(doc)
  build = pandoc.utils.stringify(doc.meta.build)
  report.page = (report.number and report.name or 'index') .. '.html'
  epub = doc.meta.format and require 'epub'
  if epub then epub.build = build end
  labels, chapters, pages, book = book_of.read(build)
  values.setup(build, pages)
  blocks.setup(build, pages)
  doc:walk { RawBlock = no_raw_tex, RawInline = no_raw_tex }
  if not report.number and not epub then
    doc.blocks = book_of.chapters_first(doc.blocks)
  end
  local items, title
  doc, items, title = structure.number(doc)
  report.file_figures = {}
  for _, item in ipairs(items) do
    if item.kind == 'fig' then report.file_figures['plots/' .. item.name] = true end
  end
  claims.check(items, build)
  local plain_title = title and pandoc.utils.stringify(title) or book.title or ''
  if title then doc.blocks:insert(1, title) end
  typeset.all(doc)

  doc:walk {
    Header = function(h) anchors[h.identifier] = true end,
    Div = function(d) anchors[d.identifier] = true end,
  }
  doc = doc:walk { Inlines = keep_together }
  if epub then
    doc = render(epub.plain_headers(doc), items)
    claims.note_failures(items)
    report.stop_on_problems()
    write_for_make()
    return epub.chapter(doc, items)
  end
  local plain = doc:walk {
    Math = function(m)
      return pandoc.Str(typeset.plain(m.text, m.mathtype == 'DisplayMath'))
    end,
    Cite = cite,
  }
  doc = render(doc, items)
  if title then title = table.remove(doc.blocks, 1).content end
  for i, block in ipairs(claims.banner(items)) do
    doc.blocks:insert(i, block)
  end
  if #literature.cited > 0 then
    doc.blocks:insert(pandoc.Header(2, 'References', pandoc.Attr('references')))
    doc.blocks:insert(pandoc.Div({}, pandoc.Attr('refs')))
  end
  local evidence = claims.evidence(items, blocks.link)
  claims.note_failures(items)
  report.stop_on_problems()
  beside.write(plain, doc, items, evidence, plain_title, blocks.data, build)
  book_of.set_page(doc, book, chapters, title or doc.meta.title, plain_title)
  write_for_make()
  return doc:walk { Header = with_anchor }
end
