-- References within the book, and to the literature.
local report = require 'report'
local M = { cited = {} } -- cited: keys of the literature that the page names
local keys

local function known(key)
  if not keys then
    keys = {}
    local bib = report.read('weave/references.bib') or ''
    for k in bib:gmatch('@%a+%s*{%s*([^,%s]+)') do keys[k] = true end
  end
  return keys[key]
end

-- @eq:x as (2.3), linked to href(id, its label); a citation of literature
-- stays for citeproc, if its key exists.
function M.inlines(c, labels, href)
  local references = {}
  for _, citation in ipairs(c.citations) do
    local id = citation.id
    local kind = id:match('^(%a+):')
    if kind == 'eq' or kind == 'ex' or kind == 'fig' then
      local target = labels[id]
      if not target then
        report.problem('@' .. id, 'reference to nothing: @%s', id)
      else
        local form = kind == 'eq' and '(%s)' or '%s'
        if #references > 0 then references[#references + 1] = pandoc.Str(', ') end
        references[#references + 1] =
          pandoc.Link({ pandoc.Str(form:format(target.number)) },
                      href(id, target), '', pandoc.Attr('', { 'ref' }))
      end
    elseif not known(id) then
      report.problem('@' .. id, 'citation of nothing: no %s in %s', id,
                     'weave/references.bib')
    else
      M.cited[#M.cited + 1] = id
      return nil
    end
  end
  return references
end

return M
