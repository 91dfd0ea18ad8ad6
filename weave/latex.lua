-- Pieces of LaTeX for paper.lua.
local M = {}

local specials = { ['\\'] = '\\textbackslash{}', ['{'] = '\\{', ['}'] = '\\}',
  ['$'] = '\\$', ['&'] = '\\&', ['%'] = '\\%', ['#'] = '\\#', ['_'] = '\\_',
  ['^'] = '\\textasciicircum{}', ['~'] = '\\textasciitilde{}' }

function M.escape(text) return (text:gsub('[\\{}$&%%#_^~]', specials)) end

function M.inlines(list)
  local doc = pandoc.Pandoc({ pandoc.Plain(list) })
  local text = pandoc.write(doc, 'latex', { wrap_text = 'wrap-none' })
  return (text:gsub('%s+$', ''))
end

-- Inline code.  Short code stays on its line; longer may end one after a
-- space, a comma or a slash.
function M.code(text)
  local out = {}
  for _, c in utf8.codes(text) do
    c = utf8.char(c)
    local s = specials[c] or c
    if c == "'" then s = '\\textquotesingle{}' end
    if c == '"' then s = '\\textquotedbl{}' end
    if c == ' ' then
      s = #text > 20 and '\\codespace{}' or '~'
    elseif #text > 20 and (c == ',' or c == '/' or c == '_' or c == '(') then
      s = s .. '\\allowbreak{}'
    end
    if c == '-' then s = '\\mbox{-}' end
    out[#out + 1] = s
  end
  return '\\code{' .. table.concat(out) .. '}'
end

-- Text as a PDF string in hexadecimal UTF-16.
function M.hex(text)
  local out = { 'FEFF' }
  for _, c in utf8.codes(text) do
    if c > 0xffff then
      c = c - 0x10000
      out[#out + 1] = string.format('%04X%04X', 0xd800 + (c >> 10),
                                    0xdc00 + (c & 0x3ff))
    else
      out[#out + 1] = string.format('%04X', c)
    end
  end
  return table.concat(out)
end

-- What is read of a heading in the list of bookmarks.
function M.plain(inlines)
  return pandoc.utils.stringify(pandoc.Span(inlines):walk {
    Math = function(m) return pandoc.Str((m.text:gsub('[\\{}$]', ''))) end,
    RawInline = function(r)
      return pandoc.Str((r.text:gsub('\\%a+', ''):gsub('[{}\\]', '')))
    end,
  })
end

-- An option for text whose longest line does not fit at full size.
local columns = 80
function M.fitted(text)
  local longest = 0
  for line in (text .. '\n'):gmatch('(.-)\n') do
    longest = math.max(longest, utf8.len(line) or #line)
  end
  if longest <= columns then return '' end
  return string.format('[fontsize=\\codesize{%.2f}]', 8 * columns / longest)
end

-- A formula ---------------------------------------------------------------

-- paper.tex makes f two tokens; where TeX takes one, it gets braces.
function M.formula(tex)
  tex = tex:gsub('([_^]%s*)f%f[%A]', '%1{f}')
  for _, accent in ipairs { 'hat', 'bar', 'tilde', 'dot', 'vec', 'sqrt' } do
    tex = tex:gsub('(\\' .. accent .. '%s+)f%f[%A]', '%1{f}')
  end
  return tex
end

local relations = { '=', '<', '>', '\\le', '\\ge', '\\approx', '\\leftarrow',
  '\\to', '\\iff', '\\ne' }
local is_relation = {}
for _, r in ipairs(relations) do is_relation[r] = true end

-- The formula with penalties where a line may end: at best before \qquad, then
-- before a relation, then before a sign; nowhere inside braces.
function M.breakable(tex)
  local out, depth, parens, before = {}, 0, 0, 'open'
  local at = 1
  while at <= #tex do
    local token = tex:match('^\\%a+', at) or tex:match('^\\.', at)
                  or tex:match('^[%w%.]+', at)
                  or tex:match('^.[\128-\191]*', at)
    at = at + #token
    local close = token == '}' or token == '\\right' or token == '\\end'
    if close then depth = depth - 1 end
    if depth == 0 and (token == ')' or token == ']') then
      parens = parens - 1
    end
    if depth == 0 and before ~= 'open' then
      if token == '\\qquad' then
        out[#out + 1] = '\\eqbreak{-200}'
      elseif is_relation[token] and parens == 0 then
        out[#out + 1] = '\\eqbreak{0}'
      elseif (token == '+' or token == '-') and before ~= 'script' then
        out[#out + 1] = parens == 0 and '\\eqbreak{200}' or '\\eqbreak{2000}'
      elseif token == '\\quad' and parens == 0 then
        out[#out + 1] = '\\eqbreak{-50}'
      end
    end
    out[#out + 1] = token
    if token:find('^\\%a') and tex:find('^%a', at) then out[#out + 1] = ' ' end
    if token == '{' or token == '\\left' or token == '\\begin' then
      depth = depth + 1
    end
    if depth == 0 and (token == '(' or token == '[') then
      parens, before = parens + 1, 'open'
    elseif is_relation[token] or token == '\\qquad' or token == '\\quad'
           or token == ',' then
      before = 'open'
    elseif token == '^' or token == '_' then
      before = 'script'
    elseif token ~= ' ' then
      before = 'ink'
    end
  end
  return table.concat(out)
end

-- A table -------------------------------------------------------------------

local function math_width(text)
  text = text:gsub('\\[dt]?frac%s*(%b{})%s*(%b{})', function(a, b)
    return #a > #b and a or b
  end)
  for _, command in ipairs { 'text', 'operatorname', 'left', 'right', 'hat',
    'bar', 'tilde', 'mathbf', 'mathbb', '[Bb]ig[lr]?' } do
    text = text:gsub('\\' .. command .. '%f[%A]', '')
  end
  text = text:gsub('[_^]{?([%w,]+)}?', function(script)
    return ('x'):rep(math.ceil(#script * 0.7))
  end)
  text = text:gsub('\\%a+', 'x'):gsub('\\.', ''):gsub('[{}_^%s]', '')
  local signs = select(2, text:gsub('[=+%-<>]', ''))
  return (utf8.len(text) or #text) * 1.1 + signs
end

-- The width of inlines in characters: in one line, and of the longest piece
-- that cannot be divided.
local function measure(blocks)
  local whole, piece, longest, widest = 0, 0, 0, 0
  local function add(w)
    whole, piece = whole + w, piece + w
    longest = math.max(longest, piece)
  end
  local function divide() piece = 0 end
  for _, block in ipairs(blocks) do
    whole, piece = 0, 0
    pandoc.Div({ block }):walk {
      traverse = 'topdown',
      Str = function(s) add(utf8.len(s.text) or #s.text) end,
      Space = function() add(0.6); divide() end,
      SoftBreak = function() add(0.6); divide() end,
      Math = function(m) add(math_width(m.text)) end,
      RawInline = function(r)
        local words = r.text:gsub('\\code{(.*)}$', '%1')
          :gsub('\\allowbreak{}', '\0'):gsub('\\codespace{}', ' ')
          :gsub('\\mbox', ''):gsub('\\%a+{}', 'x'):gsub('[\\{}]', '')
        for word, stop in (words):gmatch('([^%z ]*)([%z ]?)') do
          add(1.02 * (utf8.len(word) or #word))
          if stop ~= '' then add(0.5); divide() end
        end
      end,
    }
    widest = math.max(widest, whole)
  end
  return widest, longest
end

-- Columns as wide as they need where all fit the page; else the wide ones
-- share what the narrow leave.
local page, gap = 87, 2.4
function M.table(t)
  local simple = pandoc.utils.to_simple_table(t)
  local natural, least = {}, {}
  local rows = pandoc.List { simple.header }
  rows:extend(simple.rows)
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      local width, piece = measure(cell)
      natural[i] = math.max(natural[i] or 1, width)
      least[i] = math.max(least[i] or 1, piece)
    end
  end
  local n, sum = #natural, 0
  for i = 1, n do sum = sum + natural[i] end
  local room = page - gap * (n - 1)
  if sum <= room then
    for i = 1, n do simple.widths[i] = 0 end
    return pandoc.utils.from_simple_table(simple)
  end
  local width, open, left = {}, n, room
  repeat -- columns that need less than an equal share get what they need
    local changed = false
    for i = 1, n do
      if not width[i] and natural[i] * 1.05 <= left / open then
        width[i] = natural[i] * 1.05
        left, open, changed = left - width[i], open - 1, true
      end
    end
  until not changed
  local weight = 0
  for i = 1, n do
    if not width[i] then weight = weight + natural[i] ^ 0.6 end
  end
  local fixed = left
  for i = 1, n do
    if not width[i] then
      width[i] = math.max(least[i], fixed * natural[i] ^ 0.6 / weight)
    end
  end
  local total = 0
  for i = 1, n do total = total + width[i] end
  for i = 1, n do simple.widths[i] = 0.998 * width[i] / total end
  return pandoc.utils.from_simple_table(simple)
end

return M
