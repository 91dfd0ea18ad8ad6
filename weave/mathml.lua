-- KaTeX's MathML, made for engines that show it: letters as characters rather
-- than as variants that they may not know, signs and bars spaced as such; and
-- for e-readers a long formula in pieces, since few of them break MathML's lines.
local M = {}

-- KaTeX's MathML as {name =, attrs =, text =, and the elements inside}.
local function parse(xml)
  local stack = { { name = 'root' } }
  for slash, name, attrs, text in xml:gmatch('<(/?)(%a+)([^>]*)>([^<]*)') do
    if slash == '/' then
      table.remove(stack)
    else
      local element = { name = name, text = text,
                        attrs = (attrs:gsub('%s*/$', '')) }
      table.insert(stack[#stack], element)
      if not attrs:find('/$') then stack[#stack + 1] = element end
    end
  end
  return stack[1][1]
end

local function xml(element)
  local inner = { element.text or '' }
  for _, child in ipairs(element) do inner[#inner + 1] = xml(child) end
  return string.format('<%s%s>%s</%s>', element.name, element.attrs or '',
                       table.concat(inner), element.name)
end

local places = { msub = true, msup = true, munder = true, mover = true,
                 msubsup = true, munderover = true }
local rows = { mrow = true, mtd = true, msqrt = true, mstyle = true }
local applied = '\u{2061}' -- what KaTeX puts between sin and x
local forms = { ['('] = 'prefix', ['['] = 'prefix', ['{'] = 'prefix',
                [')'] = 'postfix', [']'] = 'postfix', ['}'] = 'postfix' }

local bars = { ['∣'] = '|', ['∥'] = '‖' }
local signs = { ['−'] = true, ['-'] = true, ['+'] = true, ['±'] = true }
local tight = ' lspace="0em" rspace="0em"'

-- A sign with no number before it, which engines take for an operation.
local function is_sign(e, before)
  return signs[e.text] and before and (before.name == 'mspace'
    or before.name == 'mo' and before.text ~= applied
    and not before.attrs:find('"postfix"', 1, true))
end

-- A large bracket with an exponent stretches only as part of what it closes:
-- from its partner on, that becomes the base.
local function gather(e, i)
  local depth, first = 1, i
  while depth > 0 and first > 1 do
    first = first - 1
    local mark = places[e[first].name] and e[first][1].text or e[first].text
    depth = depth + (forms[mark] == 'postfix' and 1
                     or forms[mark] == 'prefix' and -1 or 0)
  end
  if depth > 0 then return i end
  local base = { name = 'mrow', attrs = '', text = '' }
  for _ = first, i - 1 do table.insert(base, table.remove(e, first)) end
  table.insert(base, e[first][1])
  e[first][1] = base
  return first
end

-- KaTeX writes := as two.  A function stands a little apart from what is beside
-- it; of bars, each second closes.
local function mend_row(e)
  local i, open = 1, false
  while e[i] do
    local child, before, after = e[i], e[i - 1], e[i + 1]
    local pair = child.text .. (after and after.text or '')
    local base = places[child.name] and child[1] or child
    if base.name == 'mrow' and #base <= 2 then base = base[1] or base end
    local is_function = base.name == 'mi' and utf8.len(base.text) > 1
    if base.name == 'mo' and child ~= base and forms[base.text] == 'postfix'
       and base.attrs:find('minsize', 1, true) then
      i = gather(e, i)
    elseif pair == ':=' or pair == '=:' then
      child.text = pair
      table.remove(e, i + 1)
    elseif is_function and before and before.name ~= 'mo'
       and before.name ~= 'mspace' then
      table.insert(e, i,
        { name = 'mspace', attrs = ' width="0.1667em"', text = '' })
      i = i + 1
    elseif child.name == 'mo' and bars[child.text] and child.attrs ~= '' then
      open = not open
      child.attrs = child.attrs
        .. (open and ' form="prefix"' or ' form="postfix"')
    end
    if is_function and after and after.name ~= 'mo' then
      table.insert(e, i + 1, { name = 'mo', attrs = '', text = applied })
    end
    i = i + 1
  end
end

-- KaTeX lets "apply function" stand within a subscript.
local function mend_script(e)
  for i = #e, 1, -1 do
    if e[i].text == applied then table.remove(e, i) end
  end
end

-- Engines of MathML Core know no variant of letters but "normal", stretch no
-- "divides", take a bracket with an exponent for a relation, and set sin close
-- to its x.
local function mend(e, before, after)
  local attrs = e.attrs or ''
  if e.name == 'mover' and e[2].text == '‾' and #e[1] > 1 then
    e.name, e.attrs = 'mrow', ' style="border-top: 0.05em solid; padding-top: 0.1em"'
    e[1], e[2] = { name = 'mrow', text = '', attrs = '', table.unpack(e[1]) }, nil
  end
  if attrs:find('"double-struck"', 1, true) and e.text == '1' then
    e.attrs, e.text = '', '𝟙'
  elseif attrs:find('"bold"', 1, true) then
    e.attrs = attrs .. ' style="font-weight: bold"'
  elseif e.name == 'mo' and not attrs:find('lspace', 1, true) then
    if forms[e.text] then
      e.attrs = attrs .. ' form="' .. forms[e.text] .. '"' .. tight
    elseif bars[e.text] and attrs ~= '' then
      e.attrs, e.text = attrs .. tight, bars[e.text]
      if attrs:find('fence="true"', 1, true)
         and not attrs:find('stretchy', 1, true) then
        e.attrs = e.attrs .. ' stretchy="true"'
      end
    elseif is_sign(e, before) then
      e.attrs = attrs .. ' form="prefix"' .. tight
    elseif e.text == applied and after and not forms[after.text] then
      e.attrs = ' lspace="0em" rspace="0.1667em"'
    end
  end
  if places[e.name] then mend_script(e) end
  if rows[e.name] then mend_row(e) end
  for i, child in ipairs(e) do mend(child, e[i - 1], e[i + 1]) end
end

local function set(text)
  local s = {}
  for word in text:gmatch('%S+') do s[word] = true end
  return s
end
local relations = set '= ≠ ≈ ≤ ≥ &lt; &gt; ≪ ≫ → ← ⇒ ↦ ≡ ∈ ∼ ∝ ⟺ := =:'
local sums = set '+ − - ± ⋅ × ∘ ⊘'
local opening, closing = set '( [ {', set ') ] }'

-- Roughly how wide it is, in em of the text around it.
local width
local function widest(list, from)
  local most = 0
  for i = from, #list do most = math.max(most, width(list[i])) end
  return most
end
function width(e)
  local name = e.name
  if name == 'mfrac' then
    return widest(e, 1) + 0.2
  elseif name == 'msub' or name == 'msup' or name == 'msubsup' then
    return width(e[1]) + 0.7 * widest(e, 2)
  elseif name == 'munder' or name == 'mover' or name == 'munderover' then
    return math.max(width(e[1]), 0.7 * widest(e, 2))
  elseif name == 'mtable' then
    return widest(e, 1)
  elseif name == 'mspace' then
    return tonumber(e.attrs:match('width="([%d.]+)em"')) or 0
  elseif #e == 0 then
    local n = utf8.len((e.text:gsub('&[#%w]+;', 'x'))) or 1
    if name == 'mo' then
      if relations[e.text] or sums[e.text] then return 1.3 end
      return e.text == '∑' and 1.4 or 0.4 * n
    end
    return (name == 'mn' and 0.5 or 0.55) * n
  end
  local sum = name == 'msqrt' and 0.9 or name == 'mtr' and #e - 1 or 0
  for _, child in ipairs(e) do sum = sum + width(child) end
  return sum
end

local function total(list)
  local sum = 0
  for _, e in ipairs(list) do sum = sum + width(e) end
  return sum
end

-- Cuts the list of elements before each that at(element, depth, previous)
-- names; depth counts the brackets around it.
local function cut(list, at)
  local pieces, depth = { {} }, 0
  for i, e in ipairs(list) do
    local mark = e.name == 'mo' and e.text or ''
    if closing[mark] then depth = depth - 1 end
    if i > 1 and at(e, depth, list[i - 1]) then
      pieces[#pieces + 1] = {}
    end
    table.insert(pieces[#pieces], e)
    if opening[mark] then depth = depth + 1 end
  end
  return pieces
end

local function is(e, marks) return e.name == 'mo' and marks[e.text] end
local rules = {
  function(_, _, before)
    return before.name == 'mspace' and width(before) >= 1
  end,
  function(e, depth, before)
    return depth == 0 and is(e, relations) and not is(before, relations)
  end,
  function(e, depth, before)
    return depth == 0 and is(e, sums)
      and (before.name ~= 'mo' or closing[before.text])
  end,
  function(e, _, before)
    return is(e, sums) and (before.name ~= 'mo' or closing[before.text])
      or before.name == 'mo' and before.text == ','
  end,
}

-- The elements in pieces no wider than `room`, as far as the rules go.
local function fit(list, room, rule)
  if total(list) <= room or not rules[rule] then return { list } end
  local out = {}
  for _, piece in ipairs(cut(list, rules[rule])) do
    for _, p in ipairs(fit(piece, room, rule + 1)) do out[#out + 1] = p end
  end
  return out
end

local namespace = ' xmlns="http://www.w3.org/1998/Math/MathML"'
local escapes = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;',
                  ['"'] = '&quot;' }

-- A display, in one piece.
function M.whole(mathml)
  local row = parse(mathml)[1][1] -- math, semantics, mrow
  mend(row)
  return xml { name = 'math', attrs = namespace .. ' display="block"', row }
end

-- The formula as XHTML, and the width of its widest piece.  Displays are of
-- displaystyle, not of display="block": lines must be able to end in them.
function M.set(mathml, plain, display)
  local math_element = parse(mathml)
  local row = math_element[1][1] -- math, semantics, mrow
  mend(row)
  local pieces = fit(row.name == 'mrow' and row or { row },
                     display and 19 or 8, 1)
  local out, most, alt = {}, 0, ''
  if #pieces == 1 then
    alt = ' alttext="' .. plain:gsub('[&<>"]', escapes) .. '"'
  end
  for i, piece in ipairs(pieces) do
    most = math.max(most, total(piece))
    if i > 1 and is(piece[1], sums)
       and not piece[1].attrs:find('form=', 1, true) then
      piece[1].attrs = piece[1].attrs .. ' form="infix"'
    end
    out[i] = xml { name = 'math', attrs = namespace
      .. (display and ' displaystyle="true"' or '') .. alt,
      { name = 'mrow', table.unpack(piece) } }
  end
  return table.concat(out, '<wbr/>'), most
end

return M
