-- All mathematics of a page, set by one KaTeX process (katex.js).
local report = require 'report'
local M = {}
local html = {}

local function key(text, display) return (display and 'D' or 'I') .. text end

local function json(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return string.format('\\u%04x', c:byte())
  end) .. '"'
end

-- Sets every formula of the document, once each.
function M.all(doc)
  local asked, keys = {}, {}
  doc:walk { Math = function(m)
    local k = key(m.text, m.mathtype == 'DisplayMath')
    if not html[k] then
      html[k] = true
      keys[#keys + 1] = k
      asked[#asked + 1] = json(k)
    end
  end }
  if #keys == 0 then return end
  local answer = pandoc.pipe(os.getenv('NODE') or 'node',
    { PANDOC_SCRIPT_FILE:match('^(.*/)') .. 'katex.js' },
    '[' .. table.concat(asked, ',') .. ']')
  local i = 0
  for mark, text in answer:gmatch('([+-])(.-)\30') do
    i = i + 1
    html[keys[i]] = text
    if mark == '-' then
      local tex = keys[i]:sub(2)
      report.problem(tex:match('[^\n]*'), 'KaTeX: %s: %s', tex, text)
    end
  end
  assert(i == #keys, 'katex.js answered ' .. i .. ' of ' .. #keys)
end

function M.html(text, display) return html[key(text, display)] end

return M
