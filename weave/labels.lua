-- First pass over a page: what others may refer to, as rows of
-- build/labels/NAME.tsv (kind, label, number, page, text).  Metadata: build.
package.path = PANDOC_SCRIPT_FILE:match('^(.*/)') .. '?.lua;' .. package.path
local report = require 'report'
local structure = require 'structure'

function Pandoc(doc)
  local build = pandoc.utils.stringify(doc.meta.build)
  local page = (report.number and report.name or 'index') .. '.html'
  local rows = {}
  local function row(...) rows[#rows + 1] = table.concat({ ... }, '\t') end

  local _, items, title = structure.number(doc)
  if report.number then
    if not title then report.problem(1, 'no # title') end
    local text = title and pandoc.utils.stringify(title) or '-'
    row('chapter', report.stem, report.number, page, text)
  else
    for _, key in ipairs { 'title', 'subtitle', 'lang' } do
      if doc.meta[key] then
        row('book', key, '-', page, pandoc.utils.stringify(doc.meta[key]))
      end
    end
    if not doc.meta.title then report.problem(1, 'no title: in the header') end
    for _, author in ipairs(doc.meta.authors or doc.meta.author or {}) do
      row('book', 'author', '-', page, pandoc.utils.stringify(author))
    end
  end
  for _, item in ipairs(items) do
    row(item.kind, item.label, item.number, page, '-')
  end
  report.stop_on_problems()

  local stem = build .. '/labels/' .. report.name
  report.write(stem .. '.tsv', table.concat(rows, '\n') .. '\n')
  return pandoc.Pandoc({})
end
