-- Numbers that runs produced, for sentences and badges.
local report = require 'report'
local M = {}
local build, pages

-- pages: stem -> "02-linear".
function M.setup(build_dir, page_names) build, pages = build_dir, page_names end

local function significant(x, digits)
  local text = string.format('%.' .. (digits - 1) .. 'e', x)
  local mantissa, exponent = text:match('^(.*)e(.*)$')
  return mantissa, math.floor(tonumber(exponent))
end

-- Short, for badges: 3e-19.
function M.short(text)
  local x = tonumber(text)
  if not x then return text end
  if x == 0 then return '0' end
  local size = math.abs(x)
  if size >= 0.1 and size < 100 then return string.format('%.2g', x) end
  local mantissa, exponent = significant(x, 1)
  return mantissa .. 'e' .. exponent
end

-- As a book prints it: 3.1 × 10^−19; whole numbers as they are.  The text,
-- and the exponent of ten where there is one.
local function parts(text, digits)
  local x = tonumber(text)
  if not x or text:find('^%s*[+-]?[%dxX]+%s*$') then
    return (text:gsub('^%-(%d)', '−%1'))
  end
  if x == 0 then return '0' end
  if x ~= x or x == math.huge or x == -math.huge then return text end
  local mantissa, exponent = significant(x, digits)
  if exponent < -3 or exponent > 5 then
    return (mantissa:gsub('^%-', '−')),
           (tostring(exponent):gsub('^%-', '−'))
  end
  local places = math.max(0, digits - 1 - exponent)
  return (string.format('%.' .. places .. 'f', x):gsub('^%-', '−'))
end

-- The same as HTML.
function M.pretty(text, digits)
  local number, exponent = parts(text, digits)
  if not exponent then return report.escape(number) end
  return number .. '&thinsp;×&thinsp;10<sup>' .. exponent .. '</sup>'
end

-- The same as pandoc's inlines, for any format.
function M.inlines(text, digits)
  local number, exponent = parts(text, digits)
  if not exponent then return { pandoc.Str(number) } end
  return { pandoc.Str(number .. '\u{2009}×\u{2009}10'),
           pandoc.Superscript { pandoc.Str(exponent) } }
end

-- What `key`{.val} stands for, and where it is from; or nil and why not.
local function look_up(key)
  local stem, row = key:match('^([%w-]+):(.+)$')
  if stem then
    if not pages[stem] then return nil, 'no chapter ' .. stem end
    local path = build .. '/' .. pages[stem] .. '/values.tsv'
    local rows = report.tsv(path)
    if not rows then return nil, path .. ': no such file' end
    for _, r in ipairs(rows) do
      if r.name == row then return r.value, path end
    end
    return nil, path .. ': no row ' .. row
  end
  local name, column = key:match('^([%w-]+)%.([%w_]+)$')
  if not name then return nil, 'expected claim.column or stem:row' end
  for s, page in pairs(pages) do
    if name:sub(1, #s + 1) == s .. '-' then
      local path = build .. '/claims/' .. s .. '.tsv'
      for _, r in ipairs(report.tsv(path) or {}) do
        if r.name == name then
          local value = r[column]
          if not value then return nil, path .. ': no column ' .. column end
          if value == '-' then
            return nil, string.format('%s: %s has no %s', path, name, column)
          end
          return value, path
        end
      end
    end
  end
  return nil, 'no claim ' .. name
end

function M.inline(code)
  local where = '`' .. code.text .. '`'
  local value, from = look_up(code.text)
  if not value then
    report.problem(where, 'value %s: %s', where, from)
    return {}
  end
  local content
  local format = code.attributes.format
  if format then
    local ok, text = pcall(string.format, format, tonumber(value))
    if not ok then
      report.problem(where, 'value %s: format "%s" does not fit %s', where,
                     format, value)
      return {}
    end
    content = { pandoc.Str((text:gsub('^%-(%d)', '−%1'))) }
  else
    content = M.inlines(value, tonumber(code.attributes.digits) or 2)
  end
  return pandoc.Span(content, pandoc.Attr('', { 'val' },
    { { 'title', code.text .. ' in ' .. from } }))
end

return M
