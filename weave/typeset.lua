-- All mathematics of a page, set by one KaTeX process (katex.js): as HTML with
-- MathML inside, and as plain text.
local report = require 'report'
local mathml = require 'mathml'
local M = {}
local html, plain = {}, {}

local function key(text, display) return (display and 'D' or 'I') .. text end

-- Sets every formula of the document, once each.
function M.all(doc)
  local asked, keys = {}, {}
  doc:walk { Math = function(m)
    local k = key(m.text, m.mathtype == 'DisplayMath')
    if not html[k] then
      html[k] = true
      keys[#keys + 1] = k
      asked[#asked + 1] = report.json(k)
    end
  end }
  if #keys == 0 then return end
  local answer = pandoc.pipe(os.getenv('NODE') or 'node',
    { PANDOC_SCRIPT_FILE:match('^(.*/)') .. 'katex.js' },
    '[' .. table.concat(asked, ',') .. ']')
  local i = 0
  for mark, text in answer:gmatch('([+-])(.-)\30') do
    i = i + 1
    if mark == '+' then
      html[keys[i]], plain[keys[i]] = text:match('^(.-)\31(.*)$')
    else
      html[keys[i]] = '<math><semantics><mrow></mrow></semantics></math>'
      local tex = keys[i]:sub(2)
      report.problem(tex:match('[^\n]*'), 'KaTeX: %s: %s', tex, text)
    end
  end
  assert(i == #keys, 'katex.js answered ' .. i .. ' of ' .. #keys)
end

function M.html(text, display) return html[key(text, display)] end

-- As one would type it: ∂L/∂W = GᵀX.
function M.plain(text, display) return plain[key(text, display)] or text end

-- A display as MathML alone.
function M.mathml(text)
  return mathml.whole(M.html(text, true):match('<math.-</math>'))
end

return M
