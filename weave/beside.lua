-- What a page leaves beside itself: scripts for its cards and panels
-- (build/book/data/NAME-equations.js and -claims.js), and its part of the
-- pages and the index that the whole book shares (build/weave/NAME.*).
local report = require 'report'
local typeset = require 'typeset'
local claims = require 'claims'
local M = {}

local function json(list, each)
  local parts = {}
  for i, x in ipairs(list) do parts[i] = each and each(x) or report.json(x) end
  return '[' .. table.concat(parts, ',') .. ']'
end

-- A script that calls book.NAME(page, { key: value, ... }), a row a line.
local function call(name, rows)
  return string.format('book.%s(%s, {\n%s\n});\n', name,
                       report.json(report.page), table.concat(rows, ',\n'))
end

local function equations(items)
  local rows = {}
  for _, item in ipairs(items) do
    if item.kind == 'eq' then
      rows[#rows + 1] = string.format('%s: {"number": %s, "html": %s}',
        report.json(item.label), report.json(item.number),
        report.json(typeset.html(item.tex, true)))
    end
  end
  return call('equations', rows)
end

local function panels(evidence)
  local rows = {}
  for i, found in ipairs(evidence) do
    local head = string.format('<h3>Equation (%s): %s</h3>', found.item.number,
                               claims.badge_text(found.item))
    rows[i] = report.json(found.item.name) .. ': '
      .. report.json(head .. found.html)
  end
  return call('claims', rows)
end

local function evidence_page(evidence)
  local out = {}
  for i, found in ipairs(evidence) do
    local item = found.item
    out[i] = string.format('<section class="evidence" id="%s"><h2>Equation '
      .. '<a class="ref" href="%s#%s">(%s)</a> %s</h2><div class="math" '
      .. 'tabindex="0">%s</div>%s</section>', item.name, report.page,
      item.label, item.number, claims.badge(item),
      typeset.html(item.tex, true), found.html)
  end
  return table.concat(out, '\n')
end

-- Rows for the list of all equations.  MathML alone: there are hundreds.
local function equation_rows(items)
  local out = {}
  for _, item in ipairs(items) do
    if item.kind == 'eq' then
      out[#out + 1] = string.format('<div class="equation%s"><div class="math"'
        .. '%s>%s</div><div class="mark"><a class="ref" href="%s#%s">(%s)</a> '
        .. '%s</div></div>', item.wrong and ' wrong' or '',
        #item.tex > 60 and ' tabindex="0"' or '', typeset.mathml(item.tex),
        report.page, item.label, item.number, claims.badge(item))
    end
  end
  return table.concat(out, '\n')
end

-- The text of blocks as a reader might search for it, without code.
local function text_of(block)
  local parts = {}
  local function add(b) parts[#parts + 1] = pandoc.utils.stringify(b) end
  pandoc.Div({ block }):walk { Para = add, Plain = add, Header = add }
  return (table.concat(parts, ' '):gsub('%s+', ' '))
end

-- The page's part of search.js.  doc: without mathematics or references left
-- to resolve.
local function index(doc, items, title)
  local sections, exercises, captions = { { '', '', '' } }, {}, {}
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Header' and block.level > 1 then
      sections[#sections + 1] = { block.identifier,
        pandoc.utils.stringify(block), '' }
    elseif block.t ~= 'Header' then
      local section = sections[#sections]
      if block.t == 'Div' and block.classes:includes('exercise') then
        exercises[block.identifier] = text_of(block.content[1])
      elseif block.t == 'Div' and block.classes:includes('figure') then
        captions[block.identifier] = text_of(block)
      end
      section[3] = section[3] .. ' ' .. text_of(block)
    end
  end
  local lists = { eq = {}, ex = {}, fig = {} }
  for _, item in ipairs(items) do
    local row = { item.label, item.number }
    if item.kind == 'eq' then
      row[3] = typeset.plain(item.tex, true)
      row[4] = item.tex:gsub('%s+', ' ')
      row[5] = claims.badge_text(item)
    elseif item.kind == 'ex' then
      row[3] = exercises[item.label] or ''
    else
      row[3] = captions[item.label] or ''
    end
    table.insert(lists[item.kind], row)
  end
  return string.format('{"page":%s,"number":%s,"title":%s,\n"sections":%s,\n'
    .. '"equations":%s,\n"figures":%s,\n"exercises":%s}',
    report.json(report.page), report.json(tostring(report.number or '')),
    report.json(title), json(sections, json), json(lists.eq, json),
    json(lists.fig, json), json(lists.ex, json))
end

local function html_of(blocks)
  local html = pandoc.write(pandoc.Pandoc(blocks), 'html5')
  return (html:gsub('href="#', 'href="' .. report.page .. '#'))
end

-- What stands under the page's header "Notation", and its figures.
local function parts_of(doc)
  local notation, figures, inside = {}, {}, false
  for i, block in ipairs(doc.blocks) do
    if block.t == 'Header' then
      inside = block.identifier == 'notation'
    elseif inside then
      notation[#notation + 1] = block
    end
    local html = block.t == 'RawBlock' and block.text or ''
    if html:find('^<figure id="fig:') then
      -- Three blocks: what opens it, the caption, what closes it.
      for k = 0, 2 do figures[#figures + 1] = doc.blocks[i + k] end
    end
  end
  return html_of(notation), html_of(figures)
end

-- plain: the page before its blocks became HTML; doc: after it.
function M.write(plain, doc, items, evidence, title, data, build)
  local stem = build .. '/weave/' .. report.name
  report.write(stem .. '.index', index(plain, items, title))
  report.write(stem .. '.data', table.concat(data, '\n') .. '\n')
  local notation, figures = parts_of(doc)
  report.write(stem .. '.notation', notation)
  report.write(stem .. '.figures', figures)
  report.write(stem .. '.equations', equation_rows(items))
  if not report.number then return end
  report.write(stem .. '.evidence', evidence_page(evidence))
  local data_stem = build .. '/book/data/' .. report.name
  report.write(data_stem .. '-equations.js', equations(items))
  report.write(data_stem .. '-claims.js', panels(evidence))
end

return M
